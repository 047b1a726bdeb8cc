-- why: columns that depend on each other, and nobody tells the planner
-- family: missing statistics
-- class: own
-- cause: statistics public.seed_towns_of_country
-- params: country int, town int, district int
-- example: 3,3003,33

-- step: setup
CREATE TABLE seed_addresses (id bigint PRIMARY KEY, country int NOT NULL, town int NOT NULL, district int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_addresses SELECT i, i % 10, (i % 10) * 1001, (i % 10) * 11 FROM generate_series(1, 60000) AS i;

CREATE TABLE seed_parcels (id bigint PRIMARY KEY, address_id bigint NOT NULL, weight int NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_parcels SELECT i, 1 + (i * 31) % 60000, i % 100 FROM generate_series(1, 60000) AS i;

CREATE INDEX seed_parcels_of_address ON seed_parcels (address_id);

CREATE INDEX seed_addresses_of_country ON seed_addresses (country, town, district);

CREATE STATISTICS seed_towns_of_country (mcv) ON country, town, district FROM seed_addresses;

VACUUM ANALYZE seed_addresses, seed_parcels;

-- step: change
DROP STATISTICS seed_towns_of_country;

-- step: query
SELECT count(*) AS parcels, sum(p.weight) AS weight
  FROM seed_addresses a
  JOIN seed_parcels p ON p.address_id = a.id
 WHERE a.country = :country AND a.town = :town AND a.district = :district;
