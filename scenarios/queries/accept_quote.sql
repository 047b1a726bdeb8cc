-- why: a buyer accepts the oldest quote that is still good, and it becomes an order
-- params: account_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :account_id
-- isolation: read committed
-- retries: 3
-- example: 1

-- step: pick -> rfq_id bigint, revision_id bigint
SELECT r.id AS rfq_id, latest.id AS revision_id
  FROM rfq_requests r
 CROSS JOIN LATERAL (
       SELECT q.id, q.valid_until
         FROM quote_revisions q
        WHERE q.rfq_id = r.id
        ORDER BY q.revision DESC
        LIMIT 1) AS latest
 WHERE r.account_id = :account_id
   AND r.status = 'QUOTED'
   AND latest.valid_until > :as_of
 ORDER BY r.submitted_at
 LIMIT 1
   FOR UPDATE OF r SKIP LOCKED;

-- step: accept
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = :as_of WHERE id = :rfq_id;

-- step: place_order -> order_id bigint
INSERT INTO orders (number, account_id, revision_id, total, placed_at)
SELECT 'ORD-Q' || q.id, :account_id, q.id, q.total, :as_of
  FROM quote_revisions q
 WHERE q.id = :revision_id
RETURNING id AS order_id;

-- step: add_lines
INSERT INTO order_lines (order_id, line, variant_id, quantity, unit_price, line_total)
SELECT :order_id, l.line, l.variant_id, l.quantity, l.unit_price, l.line_total
  FROM quote_lines l
 WHERE l.revision_id = :revision_id;
