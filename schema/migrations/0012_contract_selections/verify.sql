-- why: one key is left that names the variant
SELECT count(*) = 1
  FROM pg_constraint
 WHERE conrelid = 'product_variant_selections'::regclass AND confrelid = 'product_variants'::regclass;
