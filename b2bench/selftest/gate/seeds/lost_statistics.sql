-- why: columns that depend on each other, and nobody tells the planner
-- family: missing statistics
-- class: own
-- cause: statistics public.seed_towns_of_country
-- params: country int, town int
-- example: 3,3003

-- step: setup
CREATE TABLE seed_addresses (id bigint PRIMARY KEY, country int NOT NULL, town int NOT NULL, street int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_addresses SELECT i, i % 40, (i % 40) * 1000 + i % 40, i % 977 FROM generate_series(1, 60000) AS i;

CREATE TABLE seed_parcels (id bigint PRIMARY KEY, address_id bigint NOT NULL, weight int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_parcels SELECT i, 1 + (i * 31) % 60000, i % 100 FROM generate_series(1, 60000) AS i;

CREATE INDEX seed_parcels_of_address ON seed_parcels (address_id);

CREATE INDEX seed_addresses_of_country ON seed_addresses (country, town);

CREATE STATISTICS seed_towns_of_country (dependencies, mcv) ON country, town FROM seed_addresses;

VACUUM ANALYZE seed_addresses, seed_parcels;

-- step: change
DROP STATISTICS seed_towns_of_country;

-- step: query
SELECT count(*) AS parcels, sum(p.weight) AS weight
  FROM seed_addresses a
  JOIN seed_parcels p ON p.address_id = a.id
 WHERE a.country = :country AND a.town = :town;
