-- why: messages are kept once, and stock knows the newest
SELECT to_regclass('product_sync_log') IS NOT NULL
   AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'inventory_locations'::regclass AND attname = 'observed_at' AND NOT attisdropped);
