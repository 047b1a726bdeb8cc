-- why: what each fault does to those who rely on today's shop

-- step: 1 has one table of variants, and stock in one place
UPDATE product_variants SET inventory = inventory - 1 WHERE sku = 'L-1';
SELECT v.inventory = c.inventory
  FROM product_variants v
  JOIN catalog_product_variants c ON c.sku = v.sku;

-- step: 2 accepts a cart of a professional
INSERT INTO cart_items (dealer_id, product_id, product_status, quantity) VALUES (2, 1, 'ACTIVE', 1);

-- step: 3 refuses a second price rule like the first
INSERT INTO account_pricing (account_id, product_id, fixed_price) VALUES (2, 1, 5);
INSERT INTO account_pricing (account_id, product_id, fixed_price) VALUES (2, 1, 5);

-- step: 4 accepts that a product in a cart is archived
UPDATE products SET status = 'ARCHIVED' WHERE id = 1;

-- step: 5 has an accepted quotation that outlives its account
DELETE FROM accounts WHERE id = 4;
SELECT count(*) = 1 FROM rfq_requests WHERE id = 3;

-- step: 6 refuses a dealer as representative
UPDATE rfq_requests SET representative_id = 4 WHERE id = 1;

-- step: 7 refuses a quote for what was declined
UPDATE rfq_requests SET status = 'QUOTED' WHERE id = 4;

-- step: 8 refuses two options on one axis
INSERT INTO product_variant_selections (variant_id, option_id) VALUES (1, 2);

-- step: 8 refuses two variants with one combination
UPDATE product_variant_selections SET option_id = 1;

-- step: 10 finds what has no description
SELECT count(*) = 1
  FROM products
 WHERE to_tsvector('english', title || ' ' || description) @@ to_tsquery('english', 'vitamin');

-- step: 11 refuses a status that is none
UPDATE rfq_requests SET status = 'banana' WHERE id = 1;

-- step: 11 has counts that are true
INSERT INTO catalog_product_variants VALUES (3, 1, 'L-3', 1);
SELECT variant_count = (SELECT count(*) FROM catalog_product_variants v WHERE v.product_id = p.id)
  FROM products p
 WHERE id = 1;

-- step: 12 has the first quote after the second
UPDATE rfq_requests SET quoted_total = 150 WHERE id = 3;
SELECT array_agg(quoted_total) @> '{150,160}' FROM rfq_requests WHERE id = 3;

-- step: 13 has the same instant wherever it is read
SET LOCAL TIME ZONE 'America/New_York';
UPDATE accounts SET created_at = timestamptz '2026-06-01 12:00+00' WHERE id = 1;
SET LOCAL TIME ZONE 'UTC';
SELECT created_at::timestamptz = timestamptz '2026-06-01 12:00+00' FROM accounts WHERE id = 1;

-- step: 14 finds inches by millimetres as soon as they are stated
SELECT count(*) = 1
  FROM technical_specifications s
  LEFT JOIN specification_unit_conversions c ON c.specification_id = s.id AND c.to_unit = 'mm'
 WHERE s.name = 'Width'
   AND CASE s.unit WHEN 'mm' THEN s.numeric_value ELSE c.converted END BETWEEN 12 AND 13;
