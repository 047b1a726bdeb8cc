-- why: links are unique by customer, and the guard stands
SELECT to_regclass('account_shopify_customers') IS NOT NULL
   AND EXISTS (SELECT FROM pg_trigger WHERE tgname = 'accounts_stays_representative' AND tgenabled = 'O');
