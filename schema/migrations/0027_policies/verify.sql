-- why: the tables of one account are guarded
SELECT count(*) = 12 AND bool_and(c.relrowsecurity)
  FROM pg_class c
 WHERE c.oid IN (to_regclass('accounts'), to_regclass('account_shopify_customers'), to_regclass('account_pricing'),
                 to_regclass('carts'), to_regclass('cart_items'), to_regclass('rfq_requests'), to_regclass('rfq_items'),
                 to_regclass('rfq_status_history'), to_regclass('quote_revisions'), to_regclass('quote_lines'),
                 to_regclass('orders'), to_regclass('order_lines'));
