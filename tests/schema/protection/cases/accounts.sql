-- why: accounts, and the prices agreed with them

-- case: a buyer sees itself and no other account
-- about: accounts shop_buyer
-- as: shop_buyer account_id=1
-- ends: true
SELECT array_agg(id) = '{1}' FROM accounts;

-- case: who logs in finds its account by the id that it logs in with, and no other
-- about: accounts shop_buyer
-- as: shop_buyer auth_id=auth|4
-- ends: true
SELECT array_agg(id) = '{4}' FROM accounts;

-- case: a session that says neither account nor login sees no account
-- about: accounts shop_buyer
-- as: shop_buyer
-- ends: true
SELECT count(*) = 0 FROM accounts;

-- case: a representative reads the address of a buyer and changes nothing of it
-- about: accounts shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
UPDATE accounts SET email_sealed = email_sealed WHERE id = 1;

-- case: the back office opens an account, changes and closes it
-- about: accounts shop_back_office
-- as: shop_back_office
-- ends: changes 1
INSERT INTO accounts (id, auth_id, type, tier, contact_name_sealed, email_sealed, created_at, updated_at)
VALUES (20, 'auth|20', 'PRO', 'STANDARD', decode('01' || repeat('00', 31), 'hex'),
        decode('01' || repeat('00', 31), 'hex'), '2026-01-01', '2026-01-01');
UPDATE accounts SET tier = 'PREMIUM' WHERE id = 20;
DELETE FROM accounts WHERE id = 20;

-- case: a representative with requests stays one, also for the back office
-- about: accounts refuse_leaving_requests_behind shop_back_office
-- as: shop_back_office
-- ends: refused 23514
UPDATE accounts SET type = 'PRO', tier = 'STANDARD', territory = NULL, max_rfq_capacity = NULL WHERE id = 3;

-- case: the synchronisation links a customer and takes the link away
-- about: account_shopify_customers shop_sync
-- as: shop_sync
-- ends: changes 1
INSERT INTO account_shopify_customers VALUES (700, 2, '2026-01-01');
DELETE FROM account_shopify_customers WHERE shopify_customer_id = 700;

-- case: the back office links a customer and moves the link
-- about: account_shopify_customers shop_back_office
-- as: shop_back_office
-- ends: changes 1
INSERT INTO account_shopify_customers VALUES (700, 2, '2026-01-01');
UPDATE account_shopify_customers SET account_id = 1 WHERE shopify_customer_id = 700;

-- case: who may read the links one day sees none until a policy says which
-- about: account_shopify_customers shop_buyer
-- as: owner
GRANT SELECT ON account_shopify_customers TO shop_buyer;
-- as: shop_buyer account_id=1
-- ends: true
SELECT count(*) = 0 FROM account_shopify_customers;

-- case: the back office agrees a price, and ends it
-- about: account_pricing shop_back_office
-- as: shop_back_office
-- ends: changes 1
INSERT INTO account_pricing (id, account_id, product_id, fixed_price, effective_from) VALUES (20, 2, 3, 9, '2026-01-01');
UPDATE account_pricing SET active = false WHERE id = 20;

-- case: a buyer agrees no price with itself
-- about: account_pricing shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO account_pricing (account_id, product_id, fixed_price, effective_from) VALUES (1, 2, 1, '2026-01-01');

-- case: a buyer pays the price agreed with it
-- about: account_pricing shop_buyer
-- as: shop_buyer account_id=1
-- ends: true
SELECT unit_price = 9 AND rule = 'PRODUCT_RULE' FROM price_items(1, '{1}', '{1}', '2026-06-01');

-- case: a price asked for in another's name is that of somebody without an agreement
-- about: account_pricing shop_buyer
-- as: shop_buyer account_id=1
-- ends: true
SELECT theirs = nobodys
  FROM price_items(4, '{1}', '{1}', '2026-06-01') AS theirs, price_items(999, '{1}', '{1}', '2026-06-01') AS nobodys;
