-- why: the columns are there with their rules
SELECT count(*) = 3
  FROM pg_constraint
 WHERE conname IN ('product_variants_min_order_quantity', 'product_variants_order_increment',
                   'product_variant_options_price_modifier');
