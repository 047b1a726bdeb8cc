-- why: a key that became numeric is compared with bigint
-- family: column type
-- class: own
-- cause: column seed_watched.variant_id
-- params: customer int
-- example: 7

-- step: setup
CREATE TABLE seed_watched (customer int NOT NULL, variant_id bigint NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_watched SELECT i % 500, 1 + (i * 13) % 1000 FROM generate_series(1, 5000) AS i;

CREATE INDEX seed_watched_by ON seed_watched (customer);

VACUUM ANALYZE seed_watched;

-- step: change
ALTER TABLE seed_watched ALTER COLUMN variant_id TYPE numeric;

-- step: query
SELECT v.sku FROM seed_watched w JOIN product_variants v ON v.id = w.variant_id WHERE w.customer = :customer;
