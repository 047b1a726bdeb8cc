-- why: a trigger's function counts before it writes
-- family: trigger
-- class: own
-- cause: function seed_number()
-- params: account_id bigint
-- example: 42

-- step: setup
CREATE TABLE seed_notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL, number int) WITH (autovacuum_enabled = off);

INSERT INTO seed_notes (account_id, number) SELECT i % 2000, i FROM generate_series(1, 20000) AS i;

CREATE FUNCTION seed_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := 1;
    RETURN NEW;
END $$;

CREATE TRIGGER seed_numbered BEFORE INSERT ON seed_notes FOR EACH ROW EXECUTE FUNCTION seed_number();

VACUUM ANALYZE seed_notes;

-- step: change
CREATE OR REPLACE FUNCTION seed_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := (SELECT count(*) FROM seed_notes WHERE account_id = NEW.account_id);
    RETURN NEW;
END $$;

-- step: query
INSERT INTO seed_notes (account_id) VALUES (:account_id);
