-- why: pruning was switched off
-- family: pruning lost
-- class: own
-- cause: setting enable_partition_pruning
-- params: day date
-- example: 2026-02-03

-- step: setup
CREATE TABLE seed_visits_by_month (at date NOT NULL, kind int NOT NULL) PARTITION BY RANGE (at);

CREATE TABLE seed_visits_1 PARTITION OF seed_visits_by_month FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') WITH (autovacuum_enabled = off);

CREATE TABLE seed_visits_2 PARTITION OF seed_visits_by_month FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') WITH (autovacuum_enabled = off);

CREATE TABLE seed_visits_3 PARTITION OF seed_visits_by_month FOR VALUES FROM ('2026-03-01') TO ('2026-04-01') WITH (autovacuum_enabled = off);

INSERT INTO seed_visits_by_month SELECT '2026-01-01'::date + i % 90, i % 20 FROM generate_series(1, 30000) AS i;

VACUUM ANALYZE seed_visits_by_month;

-- step: change
ALTER DATABASE :database SET enable_partition_pruning = off;

-- step: query
SELECT count(*) AS visits FROM seed_visits_by_month WHERE at = :day;
