-- why: changes are logged, and the clock can be fixed
SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'technical_specifications'::regclass AND tgenabled = 'O' AND tgname ~ '^technical_specifications_') = 2
   AND shop_now() IS NOT NULL;
