-- why: a representative takes the most urgent of the new requests into review
-- params: representative_id bigint
-- role: shop_representative
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :representative_id
-- example: 20

UPDATE rfq_requests r
   SET status = 'IN_REVIEW', representative_id = :representative_id, updated_at = :as_of
  FROM (SELECT fresh.id
          FROM rfq_requests fresh
         WHERE (fresh.representative_id = :representative_id OR fresh.representative_id IS NULL)
           AND fresh.status = 'PENDING'
         ORDER BY fresh.priority DESC, fresh.submitted_at
         LIMIT 1
           FOR UPDATE SKIP LOCKED) AS next
 WHERE r.id = next.id
RETURNING r.id
