-- why: an account has one current cart
SELECT indisunique FROM pg_index WHERE indexrelid = 'carts_one_current'::regclass;
