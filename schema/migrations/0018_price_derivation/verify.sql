-- why: the answer has nine columns
SELECT 'percent' = ANY (proargnames) FROM pg_proc WHERE proname = 'price_items';
