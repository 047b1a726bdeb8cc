-- why: how the synchronisation of the last day went
-- params: hours int
-- role: shop_sync
-- frequency: low
-- slo_ms: 100
-- example: 24

SELECT g.operation, g.status, count(*) AS products, max(g.finished_at) AS latest,
       avg(g.finished_at - g.started_at) AS mean_duration
  FROM product_sync_log g
 WHERE g.finished_at > :as_of - make_interval(hours => :hours)
 GROUP BY g.operation, g.status
 ORDER BY g.operation, g.status
