-- why: what was sent to Shopify, and came from it

-- step: what failed says why
SELECT id::text AS example, (status = 'SUCCESS') = (error IS NOT NULL) AS bad
  FROM product_sync_log;

-- step: a synchronisation ends after it began
SELECT id::text AS example, finished_at < started_at AS bad
  FROM product_sync_log;

-- step: every buyer is one customer at Shopify
SELECT a.id::text AS example,
       coalesce(customer.times, 0) <> (a.type <> 'ACCOUNT_REP')::integer AS bad
  FROM accounts a
  LEFT JOIN (SELECT account_id, count(*) AS times
               FROM account_shopify_customers
              GROUP BY 1) AS customer ON customer.account_id = a.id;
