-- why: long values are no longer compressed
-- family: TOAST
-- class: own
-- cause: column seed_sheets.body
-- params: first int
-- example: 1

-- step: setup
CREATE TABLE seed_sheets (id int PRIMARY KEY, title text NOT NULL, body text NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_sheets SELECT i, 'sheet ' || i, repeat(md5(i::text), 400) FROM generate_series(1, 300) AS i;

VACUUM ANALYZE seed_sheets;

-- step: change
ALTER TABLE seed_sheets ALTER COLUMN body SET STORAGE EXTERNAL;

UPDATE seed_sheets SET body = body || '';

VACUUM (FULL, ANALYZE) seed_sheets;

VACUUM seed_sheets;

-- step: query
SELECT sum(length(body)) AS letters FROM seed_sheets WHERE id BETWEEN :first AND :first + 99;
