-- why: the same questions to the new shape

-- step: 1 has one table of variants, and stock in one place
UPDATE inventory_locations SET reserved = reserved + 1 WHERE variant_id = 1;
SELECT (SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name LIKE '%product_variants') = 1
   AND NOT EXISTS (
       SELECT FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = 'product_variants' AND column_name ~ 'inventory|stock|quantity$'
          AND column_name <> 'min_order_quantity');

-- step: 2 accepts a cart of a professional
INSERT INTO carts (account_id, created_at, updated_at) VALUES (2, now(), now());

-- step: 3 refuses a second price rule like the first
INSERT INTO account_pricing (account_id, product_id, fixed_price, effective_from) VALUES (2, 1, 5, '2026-01-01');
INSERT INTO account_pricing (account_id, product_id, fixed_price, effective_from) VALUES (2, 1, 5, '2026-01-01');

-- step: 4 accepts that a product in a cart is archived
UPDATE products SET status = 'ARCHIVED' WHERE id = 1;

-- step: 5 has an accepted quotation that outlives its account
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-01' WHERE id = 3;
DELETE FROM accounts WHERE id = 4;
SELECT (r.account_id IS NULL, r.status, q.total) = (true, 'ACCEPTED', 160)
  FROM rfq_requests r
  JOIN quote_revisions q ON q.rfq_id = r.id
 WHERE r.id = 3;

-- step: 6 refuses a dealer as representative
UPDATE rfq_requests SET representative_id = 4 WHERE id = 1;

-- step: 7 refuses a quote for what was declined
UPDATE rfq_requests SET status = 'DECLINED', updated_at = '2026-06-01' WHERE id = 1;
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-06-01' WHERE id = 1;

-- step: 8 refuses two options on one axis
INSERT INTO product_variant_selections (variant_id, group_id, option_id) VALUES (1, 1, 2);

-- step: 8 refuses two variants with one combination
UPDATE product_variant_selections SET option_id = 1 WHERE group_id = 1;

-- step: 10 finds what has no description
SELECT count(*) = 1
  FROM products
 WHERE search_document @@ websearch_to_tsquery('english', plain_text('vitamin'));

-- step: 11 refuses a status that is none
UPDATE rfq_requests SET status = 'banana' WHERE id = 1;

-- step: 11 has counts that are true
SELECT count(*) = 0
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname LIKE '%\_count';

-- step: 12 has the first quote after the second
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-06-01' WHERE id = 3;
INSERT INTO quote_revisions (id, rfq_id, revision) VALUES (9, 3, 2);
INSERT INTO quote_lines VALUES (9, 1, 1, 'L-1', 'Lock', 20, 7.50, 150.00);
UPDATE quote_revisions SET sent_at = '2026-06-01 12:00+00', valid_until = '2026-07-01 12:00+00' WHERE id = 9;
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-06-01 12:00+00' WHERE id = 3;
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-02' WHERE id = 3;
INSERT INTO orders (id, number, account_id, revision_id, total, placed_at) VALUES (9, 'ORD-9', 4, 9, 150, '2026-06-02');
INSERT INTO order_lines SELECT 9, line, variant_id, quantity, unit_price, line_total FROM quote_lines WHERE revision_id = 9;
SELECT array_agg(q.total) @> '{150,160}'
   AND (SELECT array_agg(h.to_status ORDER BY h.id) FROM rfq_status_history h WHERE h.rfq_id = 3)
       = '{PENDING,IN_REVIEW,QUOTED,IN_REVIEW,QUOTED,ACCEPTED}'
  FROM quote_revisions q
 WHERE q.rfq_id = 3;

-- step: 13 has the same instant wherever it is read
SET LOCAL TIME ZONE 'America/New_York';
UPDATE accounts SET updated_at = timestamptz '2026-06-01 12:00+00' WHERE id = 1;
SET LOCAL TIME ZONE 'UTC';
SELECT updated_at::timestamptz = timestamptz '2026-06-01 12:00+00'
   AND (SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'timestamp without time zone') = 0
  FROM accounts
 WHERE id = 1;

-- step: 14 finds inches by millimetres as soon as they are stated
INSERT INTO technical_specifications (product_id, category_id, unit_id, name, value, data_type, importance, numeric_value)
VALUES (3, 1, 2, 'Width', '0.5', 'NUMERIC', 'CRITICAL', 0.5);
SELECT count(*) = 1
  FROM technical_specifications s
  JOIN standard_units u ON u.id = s.unit_id
  JOIN standard_units mm ON mm.symbol = 'mm' AND mm.dimension = u.dimension
 WHERE s.name = 'Width'
   AND s.numeric_value * u.to_base / mm.to_base BETWEEN 12 AND 13;
