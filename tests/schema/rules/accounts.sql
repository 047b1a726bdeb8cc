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

-- case: a contact name does not stand in clear
-- refused by: accounts_contact_name_sealed
UPDATE accounts SET contact_name_sealed = convert_to('Ann of Doors Ltd, who buys a great many hinges', 'UTF8') WHERE id = 1;

-- case: an address for mail does not stand in clear
-- refused by: accounts_email_sealed
UPDATE accounts SET email_sealed = convert_to('ann.with.a.rather.long.name@example.com', 'UTF8') WHERE id = 1;

-- case: a telephone number that is sealed is longer than its header and tag
-- refused by: accounts_phone_sealed
UPDATE accounts SET phone_sealed = '\x01000100112233445566778899aabb' WHERE id = 1;

-- case: an address does not stand in clear
-- refused by: accounts_address_sealed
UPDATE accounts SET address_sealed = convert_to('12 Moreno Street, Nueva Kiribati, 12345', 'UTF8') WHERE id = 1;

-- case: an address for mail is not its own index
-- refused by: accounts_email_index
UPDATE accounts SET email_index = convert_to('ann@example.com', 'UTF8') WHERE id = 1;

-- case: a telephone number is not its own index
-- refused by: accounts_phone_index
UPDATE accounts SET phone_index = convert_to('+15550001234', 'UTF8') WHERE id = 1;
