-- why: a default that looks through a table
-- family: default
-- class: own
-- cause: column seed_tickets.number
-- params: account_id bigint
-- example: 42

-- step: setup
CREATE TABLE seed_tickets (account_id bigint NOT NULL, number bigint NOT NULL DEFAULT 1) WITH (autovacuum_enabled = off);

INSERT INTO seed_tickets SELECT i % 2000, i FROM generate_series(1, 20000) AS i;

CREATE FUNCTION seed_next() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT max(number) + 1 FROM seed_tickets);
END $$;

VACUUM ANALYZE seed_tickets;

-- step: change
ALTER TABLE seed_tickets ALTER COLUMN number SET DEFAULT seed_next();

-- step: query
INSERT INTO seed_tickets (account_id) VALUES (:account_id);
