-- why: takes the exchange with Shopify away
ALTER TABLE inventory_locations DROP COLUMN observed_at;
DROP TABLE inventory_webhooks, product_sync_log;
DROP TYPE sync_status, sync_operation;
