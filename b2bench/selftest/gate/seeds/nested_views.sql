-- why: a view over a view that counts what nobody asked for
-- family: nested views
-- class: own
-- cause: view seed_catalogue
-- params: product_id bigint
-- example: 77

-- step: setup
CREATE VIEW seed_catalogue AS SELECT p.id, p.title, 0::bigint AS sold FROM products p;

-- step: change
CREATE VIEW seed_sales AS
SELECT v.product_id, count(*) AS sold FROM order_lines l JOIN product_variants v ON v.id = l.variant_id GROUP BY v.product_id;

CREATE OR REPLACE VIEW seed_catalogue AS
SELECT p.id, p.title, coalesce(s.sold, 0) * 0 AS sold FROM products p LEFT JOIN seed_sales s ON s.product_id + 0 = p.id;

-- step: query
SELECT id, title, sold FROM seed_catalogue WHERE id = :product_id;
