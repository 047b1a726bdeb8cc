-- why: how far quotation requests come, and how long each step takes
-- params: days int
-- role: shop_reader
-- frequency: low
-- slo_ms: 500
-- allow: seq_scan rfq_requests: the report needs when most of them were submitted
-- example: 30

SELECT s.to_status, count(DISTINCT s.rfq_id) AS requests,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.changed_at - r.submitted_at) / 3600) AS median_hours
  FROM rfq_status_history s
  JOIN rfq_requests r ON r.id = s.rfq_id
 WHERE s.changed_at >= :as_of - make_interval(days => :days)
 GROUP BY s.to_status
 ORDER BY s.to_status
