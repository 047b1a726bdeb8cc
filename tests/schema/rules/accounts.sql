-- case: two accounts cannot have one identity at the authentication provider
-- refused by: accounts_auth_id_key
UPDATE accounts SET auth_id = 'auth|2' WHERE id = 1;

-- case: a dealer has a tier
-- refused by: accounts_tier_for_buyers
UPDATE accounts SET tier = NULL WHERE id = 1;

-- case: a representative has no tier
-- refused by: accounts_tier_for_buyers
UPDATE accounts SET tier = 'STANDARD' WHERE id = 3;

-- case: a dealer has no territory
-- refused by: accounts_territory_for_representatives
UPDATE accounts SET territory = '{Texas}' WHERE id = 1;

-- case: a dealer has no capacity
-- refused by: accounts_territory_for_representatives
UPDATE accounts SET max_rfq_capacity = 5 WHERE id = 1;

-- case: a representative who can answer nothing is none
-- refused by: accounts_capacity_positive
UPDATE accounts SET max_rfq_capacity = 0 WHERE id = 3;

-- case: nothing is changed before it exists
-- refused by: accounts_updated_after_created
UPDATE accounts SET updated_at = '2020-01-01' WHERE id = 1;

-- case: a representative with requests cannot become a dealer
-- refused by: accounts_stays_representative
UPDATE accounts SET type = 'DEALER', tier = 'STANDARD', territory = NULL, max_rfq_capacity = NULL WHERE id = 3;

-- case: a customer at Shopify belongs to an account that exists
-- refused by: account_shopify_customers_account_id_fkey
INSERT INTO account_shopify_customers VALUES (601, 99, '2026-01-01');
