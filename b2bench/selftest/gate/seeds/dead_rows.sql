-- why: a queue whose taken jobs were never vacuumed away
-- family: dead rows
-- class: own
-- cause: dead rows public.seed_queue
-- params: least bigint
-- example: 0

-- step: setup
CREATE TABLE seed_queue (id bigint PRIMARY KEY, payload text NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_queue SELECT i, repeat('x', 100) FROM generate_series(60001, 70000) AS i;

VACUUM ANALYZE seed_queue;

-- step: change
INSERT INTO seed_queue SELECT i, repeat('x', 100) FROM generate_series(1, 60000) AS i;

DELETE FROM seed_queue WHERE id <= 60000;

-- step: query
SELECT id, payload FROM seed_queue WHERE id > :least ORDER BY id LIMIT 10;
