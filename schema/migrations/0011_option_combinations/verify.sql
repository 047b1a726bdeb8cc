-- why: combinations are unique at commit, and the keys are kept
SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'product_variants_one_combination' AND condeferred)
   AND (SELECT bool_and(convalidated) FROM pg_constraint WHERE conrelid = 'product_variant_selections'::regclass)
   AND (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'product_variant_selections'::regclass AND tgenabled = 'O' AND tgname ~ '^product_variant_selections_') = 4;
