-- why: a table restored without ANALYZE
-- family: missing statistics
-- class: own
-- cause: statistics public.seed_jobs
-- params: done boolean
-- example: false

-- step: setup
CREATE TABLE seed_jobs (id bigint PRIMARY KEY, done boolean NOT NULL, queue int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_jobs SELECT i, i % 500 <> 0, i % 50 FROM generate_series(1, 60000) AS i;

CREATE TABLE seed_results (job_id bigint NOT NULL, size int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_results SELECT i, i % 100 FROM generate_series(1, 60000) AS i;

CREATE INDEX seed_results_of_job ON seed_results (job_id);

CREATE INDEX seed_jobs_done ON seed_jobs (done);

VACUUM ANALYZE seed_jobs, seed_results;

-- step: change
DELETE FROM pg_statistic WHERE starelid = 'seed_jobs'::regclass;

-- step: query
SELECT sum(r.size) AS size FROM seed_jobs j JOIN seed_results r ON r.job_id = j.id WHERE j.done = :done;
