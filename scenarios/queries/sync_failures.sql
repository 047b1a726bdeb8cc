-- why: what could not be synchronised and why, a page of it
-- params: before timestamptz
-- role: shop_sync
-- frequency: low
-- slo_ms: 100
-- example: 2026-06-01 12:00+00

SELECT g.id, g.product_id, g.shopify_id, g.operation, g.status, g.error, g.finished_at
  FROM product_sync_log g
 WHERE g.status <> 'SUCCESS'
   AND g.finished_at < :before
 ORDER BY g.finished_at DESC
 LIMIT 50
