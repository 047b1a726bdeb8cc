-- why: a function around the key keeps every partition in
-- family: pruning lost
-- class: own
-- cause: query pruning_lost
-- params: day date
-- example: 2026-02-03

-- step: setup
CREATE TABLE seed_events (at date NOT NULL, kind int NOT NULL) PARTITION BY RANGE (at);

CREATE TABLE seed_events_1 PARTITION OF seed_events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') WITH (autovacuum_enabled = off);

CREATE TABLE seed_events_2 PARTITION OF seed_events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') WITH (autovacuum_enabled = off);

CREATE TABLE seed_events_3 PARTITION OF seed_events FOR VALUES FROM ('2026-03-01') TO ('2026-04-01') WITH (autovacuum_enabled = off);

INSERT INTO seed_events SELECT '2026-01-01'::date + i % 90, i % 20 FROM generate_series(1, 30000) AS i;

VACUUM ANALYZE seed_events;

-- step: query
SELECT count(*) AS events FROM seed_events WHERE at = :day;

-- step: changed_query
SELECT count(*) AS events FROM seed_events WHERE to_char(at, 'YYYY-MM-DD') = to_char(:day, 'YYYY-MM-DD');
