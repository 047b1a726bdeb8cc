-- why: a barrier keeps a condition out of a view
-- family: nested views
-- class: own
-- cause: view seed_stock_view
-- params: sku text
-- example: %-001

-- step: setup
CREATE VIEW seed_stock_view AS SELECT v.id, v.sku, v.product_id FROM product_variants v WHERE v.product_id > 0;

-- step: change
CREATE OR REPLACE VIEW seed_stock_view AS
SELECT v.id, v.sku, v.product_id FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM product_variants) v WHERE v.product_id > 0;

-- step: query
SELECT id, sku FROM seed_stock_view WHERE id = 77 AND sku LIKE :sku;
