-- why: an index that carried a column does not any more
-- family: narrowed index
-- class: own
-- cause: index seed_shelves_of_zone
-- params: zone int
-- example: 7

-- step: setup
CREATE TABLE seed_shelves (id bigint PRIMARY KEY, zone int NOT NULL, pieces int NOT NULL, note text NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_shelves SELECT i, (i * 7919) % 100, i % 50, repeat('x', 200) FROM generate_series(1, 40000) AS i;

CREATE INDEX seed_shelves_of_zone ON seed_shelves (zone) INCLUDE (pieces);

VACUUM ANALYZE seed_shelves;

-- step: change
DROP INDEX seed_shelves_of_zone;

CREATE INDEX seed_shelves_of_zone ON seed_shelves (zone);

-- step: query
SELECT sum(pieces) AS pieces FROM seed_shelves WHERE zone = :zone;
