-- why: SELECT * fetches a long text that nobody reads
-- family: TOAST
-- class: own
-- cause: query all_columns
-- params: first int
-- example: 1

-- step: setup
CREATE TABLE seed_manuals (id int PRIMARY KEY, title text NOT NULL, body text NOT NULL) WITH (autovacuum_enabled = off);

ALTER TABLE seed_manuals ALTER COLUMN body SET STORAGE EXTERNAL;

INSERT INTO seed_manuals SELECT i, 'manual ' || i, repeat(md5(i::text), 600) FROM generate_series(1, 300) AS i;

VACUUM ANALYZE seed_manuals;

-- step: query
SELECT id, title FROM seed_manuals WHERE id BETWEEN :first AND :first + 49;

-- step: changed_query
SELECT * FROM seed_manuals WHERE id BETWEEN :first AND :first + 49;
