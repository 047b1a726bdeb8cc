-- why: takes the indexes away
CREATE INDEX accounts_territory ON accounts USING gin (territory) WHERE type = 'ACCOUNT_REP';
CREATE INDEX account_pricing_item ON account_pricing (account_id, product_id, variant_id) WHERE active;
DROP INDEX products_category, account_pricing_account, orders_placed, product_variants_sku_fragment, accounts_representatives, carts_one_of_a_name;
COMMENT ON INDEX carts_one_current IS NULL;
