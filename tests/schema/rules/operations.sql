-- case: what did not succeed says why
-- refused by: product_sync_log_error
UPDATE product_sync_log SET status = 'FAILED';

-- case: a synchronisation ends after it begins
-- refused by: product_sync_log_window
UPDATE product_sync_log SET finished_at = '2026-04-01';

-- case: what was synchronised exists
-- refused by: product_sync_log_product_id_fkey
UPDATE product_sync_log SET product_id = 99;

-- case: what a message counts is on a shelf that exists
-- refused by: inventory_webhooks_stock
INSERT INTO inventory_webhooks VALUES ('wh-2', 99, 1, 1, now(), now());

-- case: nobody counts less than nothing
-- refused by: inventory_webhooks_available
INSERT INTO inventory_webhooks VALUES ('wh-2', 1, 1, -1, now(), now());

-- case: an event of a row names the row
-- refused by: audit_events_record
INSERT INTO audit_events (table_name, operation, transaction_id, actor, new_row, occurred_at) VALUES ('orders', 'INSERT', 1, 'me', '{}', now());

-- case: what was deleted is kept as it was
-- refused by: audit_events_rows
INSERT INTO audit_events (table_name, record_key, operation, transaction_id, actor, occurred_at) VALUES ('orders', '1', 'DELETE', 1, 'me', now());

-- case: what is on record stays as it is
-- refused by: audit_events_stay
UPDATE audit_events SET actor = 'somebody else';
