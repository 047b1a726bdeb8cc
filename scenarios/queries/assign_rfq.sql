-- why: a new request goes to a representative of its region, the one with most room; else to the one with most room
-- params: rfq_id bigint
-- role: shop_back_office
-- frequency: medium
-- slo_ms: 200
-- example: 1

UPDATE rfq_requests r
   SET representative_id = chosen.id, updated_at = :as_of
  FROM (SELECT rep.id
          FROM accounts rep
         CROSS JOIN LATERAL (
               SELECT count(*) AS open
                 FROM rfq_requests mine
                WHERE mine.representative_id = rep.id
                  AND mine.status IN ('PENDING', 'IN_REVIEW')) AS load
          LEFT JOIN (SELECT buyer.region
                       FROM rfq_requests asked
                       JOIN accounts buyer ON buyer.id = asked.account_id
                      WHERE asked.id = :rfq_id) AS origin ON true
         WHERE rep.type = 'ACCOUNT_REP'
           AND rep.active
           AND load.open < rep.max_rfq_capacity
         ORDER BY coalesce(rep.territory @> ARRAY[origin.region], false) DESC, rep.max_rfq_capacity - load.open DESC, rep.id
         LIMIT 1) AS chosen
 WHERE r.id = :rfq_id
   AND r.status = 'PENDING'
RETURNING r.representative_id
