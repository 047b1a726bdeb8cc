-- why: an index on a column that each update changes
-- family: HOT lost
-- class: own
-- cause: index seed_reserved
-- params: location_id bigint
-- example: 1

-- step: setup
CREATE TABLE seed_bins (id bigint PRIMARY KEY, location_id bigint NOT NULL, reserved int NOT NULL) WITH (autovacuum_enabled = off, fillfactor = 50);

INSERT INTO seed_bins SELECT i, i % 100, i % 7 FROM generate_series(1, 20000) AS i;

CREATE INDEX seed_bins_of_location ON seed_bins (location_id);

VACUUM ANALYZE seed_bins;

-- step: change
CREATE INDEX seed_reserved ON seed_bins (reserved, id);

-- step: query
UPDATE seed_bins SET reserved = reserved + 1 WHERE location_id = :location_id;
