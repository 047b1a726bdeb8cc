-- why: a representative answers the oldest request in review with a quote at the account's prices
-- params: representative_id bigint
-- role: shop_representative
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :representative_id
-- isolation: read committed
-- retries: 3
-- example: 20

-- step: pick -> rfq_id bigint, account_id bigint, revision int
SELECT r.id AS rfq_id, r.account_id,
       1 + (SELECT coalesce(max(q.revision), 0) FROM quote_revisions q WHERE q.rfq_id = r.id) AS revision
  FROM rfq_requests r
 WHERE r.representative_id = :representative_id
   AND r.status = 'IN_REVIEW'
 ORDER BY r.submitted_at
 LIMIT 1
   FOR UPDATE SKIP LOCKED;

-- step: draft -> revision_id bigint
INSERT INTO quote_revisions (rfq_id, revision)
SELECT :rfq_id, :revision
 WHERE :rfq_id IS NOT NULL
RETURNING id AS revision_id;

-- step: add_lines
INSERT INTO quote_lines (revision_id, line, variant_id, sku, title, quantity, unit_price, line_total)
SELECT :revision_id, priced.line, v.id, v.sku, p.title, priced.quantity, priced.unit_price, priced.line_total
  FROM (SELECT array_agg(i.variant_id ORDER BY i.id) AS variants,
               array_agg(i.quantity ORDER BY i.id) AS quantities
          FROM rfq_items i
         WHERE i.rfq_id = :rfq_id
           AND i.variant_id IS NOT NULL) AS asked
 CROSS JOIN LATERAL price_items(:account_id, asked.variants, asked.quantities, :as_of) AS priced
  JOIN product_variants v ON v.id = priced.variant_id
  JOIN products p ON p.id = v.product_id;

-- step: send
UPDATE quote_revisions
   SET sent_at = :as_of, valid_until = :as_of + INTERVAL '30 days'
 WHERE id = :revision_id;

-- step: answer
UPDATE rfq_requests
   SET status = 'QUOTED', updated_at = :as_of
 WHERE id = :rfq_id
   AND status = 'IN_REVIEW';
