-- why: deleting a parent looks through its children
-- family: foreign key without index
-- class: own
-- cause: index seed_visits_of_shop
-- params: shop int
-- example: 77

-- step: setup
CREATE TABLE seed_shops (id int PRIMARY KEY) WITH (autovacuum_enabled = off);

INSERT INTO seed_shops SELECT generate_series(1, 1000);

CREATE TABLE seed_visits (shop_id int NOT NULL REFERENCES seed_shops, at int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_visits SELECT 501 + i % 500, i FROM generate_series(1, 50000) AS i;

CREATE INDEX seed_visits_of_shop ON seed_visits (shop_id);

VACUUM ANALYZE seed_shops, seed_visits;

-- step: change
DROP INDEX seed_visits_of_shop;

-- step: query
DELETE FROM seed_shops WHERE id = :shop;
