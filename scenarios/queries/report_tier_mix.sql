-- why: who buys: accounts, orders and revenue by tier over the last weeks
-- params: days int
-- role: shop_reader
-- frequency: low
-- slo_ms: 500
-- example: 30

SELECT a.tier, count(DISTINCT a.id) AS accounts, count(*) AS orders, sum(o.total) AS revenue
  FROM orders o
  JOIN accounts a ON a.id = o.account_id
 WHERE o.placed_at >= :as_of - make_interval(days => :days)
 GROUP BY a.tier
 ORDER BY a.tier
