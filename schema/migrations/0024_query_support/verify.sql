-- why: all four can be used
SELECT bool_and(indisvalid) AND count(*) = 4
  FROM pg_index
 WHERE indexrelid IN (to_regclass('carts_one_of_a_name'), to_regclass('accounts_representatives'),
                      to_regclass('product_variants_sku_fragment'), to_regclass('orders_placed'));
