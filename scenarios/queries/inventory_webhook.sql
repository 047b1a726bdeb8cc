-- why: Shopify reports a count; a message that comes twice or late changes nothing
-- params: webhook_id text, variant_id bigint, location_id bigint, available int, occurred_at timestamptz
-- role: shop_sync
-- frequency: medium
-- slo_ms: 100
-- example: wh-1,1,1,5,2026-06-01 12:00+00

WITH news AS (
    INSERT INTO inventory_webhooks (webhook_id, variant_id, location_id, available, occurred_at, received_at)
    VALUES (:webhook_id, :variant_id, :location_id, :available, :occurred_at, :as_of)
        ON CONFLICT (webhook_id) DO NOTHING
    RETURNING variant_id, location_id, available, occurred_at
)
UPDATE inventory_locations i
   SET quantity = news.available + i.reserved, observed_at = news.occurred_at, updated_at = :as_of
  FROM news
 WHERE i.variant_id = news.variant_id
   AND i.location_id = news.location_id
   AND (i.observed_at IS NULL OR i.observed_at < news.occurred_at)
RETURNING i.quantity
