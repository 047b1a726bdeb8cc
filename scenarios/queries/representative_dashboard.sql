-- why: a representative's open requests, the oldest first, with what is late and how full the day is
-- params: representative_id bigint
-- role: shop_representative
-- frequency: medium
-- slo_ms: 100
-- set: shop.account_id = :representative_id
-- example: 20

SELECT r.id, r.number, r.status, r.priority, r.submitted_at, buyer.company,
       r.status <> 'QUOTED' AND r.submitted_at < :as_of - INTERVAL '24 hours' AS late,
       (SELECT count(*) FROM rfq_items i WHERE i.rfq_id = r.id) AS lines,
       count(*) OVER () AS open_requests,
       own.max_rfq_capacity AS capacity
  FROM rfq_requests r
  JOIN accounts own ON own.id = r.representative_id
  LEFT JOIN accounts buyer ON buyer.id = r.account_id
 WHERE r.representative_id = :representative_id
   AND r.status IN ('IN_REVIEW', 'QUOTED')
 ORDER BY late DESC, r.submitted_at
 LIMIT 50
