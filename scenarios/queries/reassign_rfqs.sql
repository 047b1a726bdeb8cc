-- why: a representative goes on holiday: what is open goes to a colleague
-- params: from_id bigint, to_id bigint
-- role: shop_back_office
-- frequency: low
-- slo_ms: 200
-- example: 20,40

UPDATE rfq_requests r
   SET representative_id = :to_id, updated_at = :as_of
  FROM (SELECT open.id
          FROM rfq_requests open
         WHERE open.representative_id = :from_id
           AND open.status IN ('PENDING', 'IN_REVIEW')
         ORDER BY open.id
           FOR UPDATE) AS handed_over
 WHERE r.id = handed_over.id
RETURNING r.id
