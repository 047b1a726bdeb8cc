-- why: what is on record: read by reports, rewritten by nobody, whatever its rights

-- case: nobody rewrites an event, whatever its rights
-- about: audit_events audit refuse_rewriting_audit
-- as: owner
-- ends: refused 23001
UPDATE audit_events SET actor = 'somebody else';

-- case: nobody removes an event, whatever its rights
-- about: audit_events audit refuse_rewriting_audit
-- as: owner
-- ends: refused 23001
DELETE FROM audit_events;

-- case: the owner of the tables rewrites no event
-- about: audit_events audit refuse_rewriting_audit
-- as: shop_owner
-- ends: refused 23001
DELETE FROM audit_events;

-- case: a buyer reads no event, not of itself either
-- about: audit_events shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
SELECT new_row FROM audit_events WHERE table_name = 'carts';

-- case: the back office forges no event
-- about: audit_events shop_back_office
-- as: shop_back_office
-- ends: refused 42501
INSERT INTO audit_events (table_name, record_key, operation, transaction_id, actor, old_row, occurred_at)
VALUES ('orders', '1', 'DELETE', 1, 'somebody else', '{}', '2026-06-01');

-- case: what a buyer does is on record under its name
-- about: carts audit audit_inserted INSERT
-- as: shop_buyer account_id=1
INSERT INTO carts (account_id, status, name, created_at, updated_at) VALUES (1, 'SAVED', 'Audit', '2026-06-01', '2026-06-01');
-- as: owner
-- ends: true
SELECT actor = 'shop_buyer/1' AND new_row ->> 'name' = 'Audit' FROM audit_events ORDER BY id DESC LIMIT 1;
