-- why: a key in jsonb has lost its expression index
-- family: jsonb
-- class: own
-- cause: index seed_hooks_topic
-- params: topic text
-- example: topic7

-- step: setup
CREATE TABLE seed_hooks (id bigint PRIMARY KEY, body jsonb NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_hooks SELECT i, jsonb_build_object('topic', 'topic' || i % 500, 'n', i) FROM generate_series(1, 20000) AS i;

CREATE INDEX seed_hooks_topic ON seed_hooks ((body ->> 'topic'));

VACUUM ANALYZE seed_hooks;

-- step: change
DROP INDEX seed_hooks_topic;

-- step: query
SELECT id FROM seed_hooks WHERE body ->> 'topic' = :topic;
