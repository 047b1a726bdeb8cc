-- why: takes the indexes away
DROP INDEX orders_placed, product_variants_sku_fragment, accounts_representatives, carts_one_of_a_name;
COMMENT ON INDEX carts_one_current IS NULL;
