-- why: every shape that a schema.prisma must say, or say that it cannot
CREATE TYPE mood AS ENUM ('FINE', 'so-so', '2nd');
COMMENT ON TYPE mood IS 'How somebody is';
CREATE DOMAIN short_text AS varchar(20) CHECK (value <> '');

CREATE TABLE people (
    id         serial PRIMARY KEY,
    manager_id integer REFERENCES people ON DELETE SET NULL,
    mood       mood NOT NULL DEFAULT 'so-so',
    moods      mood[] NOT NULL DEFAULT '{}',
    name       short_text NOT NULL DEFAULT 'it''s "me"',
    "2nd Name" text,
    joined     date NOT NULL DEFAULT CURRENT_DATE,
    seen       timestamptz(3) NOT NULL DEFAULT now(),
    nicknames  text[],
    facts      jsonb NOT NULL DEFAULT '{"a": [1]}',
    mail       text NOT NULL,
    mail_key   text GENERATED ALWAYS AS (lower(mail)) STORED,
    active     boolean NOT NULL DEFAULT true,
    code       uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE
);
COMMENT ON TABLE people IS E'Who is there\nand who is not */';
COMMENT ON COLUMN people.mail IS 'Where to write';
CREATE UNIQUE INDEX people_one_mail ON people (mail) WHERE active;
CREATE UNIQUE INDEX people_one_lower_mail ON people (lower(mail));
CREATE INDEX people_by_facts ON people USING gin (facts jsonb_path_ops);
CREATE INDEX people_lately ON people (active, seen DESC);
CREATE INDEX people_unseen ON people (seen NULLS FIRST);

CREATE TABLE countries (
    code text PRIMARY KEY
);

CREATE TABLE places (
    country text,
    number  bigint GENERATED ALWAYS AS IDENTITY,
    price   numeric(12, 2) NOT NULL DEFAULT 0.10,
    extent  int4range NOT NULL,
    weight  numeric,
    PRIMARY KEY (country, number),
    CONSTRAINT places_one_extent EXCLUDE USING gist (extent WITH &&)
);
CREATE UNIQUE INDEX places_order ON places (number DESC NULLS LAST, country) INCLUDE (weight);

CREATE TABLE stays (
    id       bigint PRIMARY KEY DEFAULT -1,
    country  text NOT NULL REFERENCES countries,
    place_no bigint,
    guest_id integer NOT NULL CONSTRAINT stays_guest REFERENCES people ON DELETE CASCADE ON UPDATE CASCADE,
    host_id  integer UNIQUE REFERENCES people ON DELETE RESTRICT,
    label    text DEFAULT 'S-' || nextval('people_id_seq'),
    FOREIGN KEY (country, place_no) REFERENCES places (country, number) ON DELETE SET NULL (place_no)
);
-- an index and a foreign key of one name
CREATE INDEX stays_guest ON stays (guest_id);

-- nothing tells its rows apart
CREATE TABLE visits (
    stay_id bigint NOT NULL REFERENCES stays,
    "order" integer
);

CREATE TABLE readings (
    id   bigint NOT NULL,
    day  date NOT NULL,
    stay integer CONSTRAINT readings_narrow REFERENCES stays,
    PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- a name that Prisma keeps for itself
CREATE TABLE json (
    id  integer PRIMARY KEY,
    day date NOT NULL,
    reading_id bigint NOT NULL,
    FOREIGN KEY (day, reading_id) REFERENCES readings (day, id)
);
CREATE VIEW everybody AS SELECT name FROM people;
