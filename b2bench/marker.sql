-- why: b2bench's own schema: the mark that says a database is ours, and what was loaded into it.
-- Not called b2bench: a role of that name would find it first, by "$user" in search_path.
CREATE SCHEMA b2bench_meta;
COMMENT ON SCHEMA b2bench_meta IS 'b2bench made this database and may drop it';

CREATE TABLE b2bench_meta.data_set (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    profile           text        NOT NULL,
    scale             numeric     NOT NULL CHECK (scale > 0),
    seed              bigint      NOT NULL,
    generator_version integer     NOT NULL,
    as_of             timestamptz NOT NULL,
    recipe            jsonb       NOT NULL,
    rows              jsonb       NOT NULL,
    sha256            text        NOT NULL,
    state             text        NOT NULL CHECK (state IN ('loading', 'complete')),
    last_run          text,
    table_sha256      jsonb       NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE b2bench_meta.data_set IS 'What the generator loaded: its recipe, volumes and checksum';

CREATE TABLE b2bench_meta.deferred_ddl (
    phase      integer NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('index', 'constraint')),
    table_name text NOT NULL,
    name       text NOT NULL,
    definition text NOT NULL,
    PRIMARY KEY (kind, table_name, name)
);
COMMENT ON TABLE b2bench_meta.deferred_ddl IS 'Indexes and constraints dropped for a load and not yet made again';
