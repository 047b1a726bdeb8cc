-- why: one of everything that documents are made of
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION btree_gist;
CREATE TYPE colour AS ENUM ('RED', 'BLUE');
CREATE DOMAIN cents AS numeric(12, 2) CHECK (VALUE >= 0);
COMMENT ON DOMAIN cents IS 'Money';

CREATE TABLE parents (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint REFERENCES parents ON DELETE RESTRICT,
    code      text UNIQUE,
    colour    colour NOT NULL DEFAULT 'RED',
    price     cents,
    UNIQUE NULLS NOT DISTINCT (colour, price)
);
COMMENT ON TABLE parents IS 'Those who are named | by others';

CREATE TABLE children (
    parent_id bigint NOT NULL REFERENCES parents ON DELETE CASCADE,
    place     integer NOT NULL CONSTRAINT children_place CHECK (place BETWEEN 1 AND 9),
    friend_id bigint CONSTRAINT children_friend REFERENCES parents ON DELETE SET NULL,
    aunt_id   bigint UNIQUE REFERENCES parents DEFERRABLE,
    title     text NOT NULL,
    plain     text GENERATED ALWAYS AS (lower(title) || '-') STORED,
    during    tstzrange,
    PRIMARY KEY (parent_id, place),
    CONSTRAINT children_title CHECK (title <> ''),
    CONSTRAINT children_apart EXCLUDE USING gist (parent_id WITH =, during WITH &&) WHERE (place > 1)
);
COMMENT ON CONSTRAINT children_title ON children IS 'A child has a title';
CREATE INDEX children_friend_given ON children (friend_id) WHERE friend_id IS NOT NULL;
CREATE INDEX children_aunt_first ON children (aunt_id) WHERE place = 1;
CREATE UNIQUE INDEX children_first_title ON children (lower(title)) WHERE place = 1;
CREATE INDEX children_plain ON children (plain);
COMMENT ON INDEX children_plain IS 'For search';

CREATE TABLE grandchildren (
    parent_id bigint,
    place     integer,
    note      text,
    CONSTRAINT grandchildren_child FOREIGN KEY (parent_id, place) REFERENCES children
        ON DELETE SET NULL (place)
);

CREATE TABLE events (
    at   timestamptz NOT NULL,
    note text,
    PRIMARY KEY (at)
) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_note ON events (note);

CREATE VIEW titles AS SELECT title FROM children;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER events_kept BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_kept_whole BEFORE TRUNCATE ON events EXECUTE FUNCTION refuse_change();
CREATE FUNCTION keep_title() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
COMMENT ON FUNCTION keep_title() IS 'A title is kept for good';
CREATE TRIGGER children_title_kept BEFORE UPDATE OF title ON children
    FOR EACH ROW EXECUTE FUNCTION keep_title();

ALTER TABLE children ENABLE ROW LEVEL SECURITY;
CREATE POLICY children_own ON children FOR SELECT USING (friend_id = 1);
