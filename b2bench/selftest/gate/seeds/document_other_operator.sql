-- why: a containment that no index answers instead of an equality
-- family: jsonb
-- class: own
-- cause: query document_other_operator
-- params: topic text
-- example: topic7

-- step: setup
CREATE TABLE seed_calls (id bigint PRIMARY KEY, body jsonb NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_calls SELECT i, jsonb_build_object('topic', 'topic' || i % 500, 'n', i) FROM generate_series(1, 20000) AS i;

CREATE INDEX seed_calls_topic ON seed_calls ((body ->> 'topic'));

VACUUM ANALYZE seed_calls;

-- step: query
SELECT id FROM seed_calls WHERE body ->> 'topic' = :topic;

-- step: changed_query
SELECT id FROM seed_calls WHERE body @> jsonb_build_object('topic', :topic);
