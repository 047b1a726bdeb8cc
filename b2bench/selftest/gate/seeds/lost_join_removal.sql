-- why: without its unique rule, a join that nobody reads is executed
-- family: lost constraint
-- class: own
-- cause: constraint seed_labels_key on seed_labels
-- params: first bigint
-- example: 1

-- step: setup
CREATE TABLE seed_labels (product_id bigint NOT NULL CONSTRAINT seed_labels_key UNIQUE, label text) WITH (autovacuum_enabled = off);

INSERT INTO seed_labels SELECT id, 'label ' || id FROM products;

VACUUM ANALYZE seed_labels;

-- step: change
ALTER TABLE seed_labels DROP CONSTRAINT seed_labels_key;

-- step: query
SELECT p.id, p.title FROM products p LEFT JOIN seed_labels l ON l.product_id = p.id WHERE p.id BETWEEN :first AND :first + 20;
