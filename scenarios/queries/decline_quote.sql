-- why: a buyer declines the oldest open quote
-- params: account_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :account_id
-- example: 1

UPDATE rfq_requests r
   SET status = 'DECLINED', updated_at = :as_of
  FROM (SELECT mine.id
          FROM rfq_requests mine
         WHERE mine.account_id = :account_id
           AND mine.status = 'QUOTED'
         ORDER BY mine.submitted_at
         LIMIT 1
           FOR UPDATE SKIP LOCKED) AS oldest
 WHERE r.id = oldest.id
RETURNING r.id
