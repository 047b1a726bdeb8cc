-- case: a tier discount is at most everything
-- refused by: tier_discounts_percent_check
UPDATE tier_discounts SET percent = 101 WHERE tier = 'PREMIUM';

-- case: a volume band is one of a product that exists
-- refused by: volume_discounts_product_id_fkey
UPDATE volume_discounts SET product_id = 99 WHERE id = 1;

-- case: a volume band begins above one piece
-- refused by: volume_discounts_min_quantity_check
UPDATE volume_discounts SET min_quantity = 1 WHERE id = 1;

-- case: a volume discount of nothing is none
-- refused by: volume_discounts_percent_check
UPDATE volume_discounts SET percent = 0 WHERE id = 1;

-- case: a volume discount is at most everything
-- refused by: volume_discounts_percent_check
UPDATE volume_discounts SET percent = 100.01 WHERE id = 1;

-- case: a product has one band from a quantity on
-- refused by: volume_discounts_product_id_min_quantity_key
INSERT INTO volume_discounts (product_id, min_quantity, percent) VALUES (1, 10, 6);

-- case: a price is agreed with an account that exists
-- refused by: account_pricing_account_id_fkey
UPDATE account_pricing SET account_id = 99 WHERE id = 1;

-- case: a price is agreed for a product that exists
-- refused by: account_pricing_product_id_fkey
UPDATE account_pricing SET product_id = 99 WHERE id = 1;

-- case: a price for a variant names the variant's own product
-- refused by: account_pricing_product_id_variant_id_fkey
UPDATE account_pricing SET variant_id = 3 WHERE id = 1;

-- case: a rule has a fixed price or a markdown, never both
-- refused by: account_pricing_one_kind
UPDATE account_pricing SET markdown_percent = 5 WHERE id = 1;

-- case: a rule has a fixed price or a markdown, never neither
-- refused by: account_pricing_one_kind
UPDATE account_pricing SET fixed_price = NULL WHERE id = 1;

-- case: a markdown is at most everything
-- refused by: account_pricing_markdown_percent_check
UPDATE account_pricing SET fixed_price = NULL, markdown_percent = 100.01 WHERE id = 1;

-- case: a fixed price is positive
-- refused by: account_pricing_fixed_price_check
UPDATE account_pricing SET fixed_price = 0 WHERE id = 1;

-- case: a rule begins at one piece or above
-- refused by: account_pricing_min_quantity_check
UPDATE account_pricing SET min_quantity = 0 WHERE id = 1;

-- case: the largest quantity is not below the smallest
-- refused by: account_pricing_quantities
UPDATE account_pricing SET active = false, min_quantity = 5, max_quantity = 4 WHERE id = 1;

-- case: a rule ends after it begins
-- refused by: account_pricing_window
UPDATE account_pricing SET effective_until = effective_from WHERE id = 1;

-- case: two active rules for one account, item, quantity and instant are one too many
-- refused by: account_pricing_one_active
INSERT INTO account_pricing (account_id, product_id, markdown_percent, min_quantity, effective_from) VALUES (1, 1, 5, 100, '2026-06-01');
