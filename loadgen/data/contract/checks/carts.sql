-- why: carts and their lines

-- step: an account has at most one current cart
SELECT account_id::text AS example, times > 1 AS bad
  FROM (SELECT account_id, count(*) AS times
          FROM carts
         WHERE status = 'CURRENT'
         GROUP BY 1) AS each;

-- step: a cart that was put aside has a name
SELECT id::text AS example, (status = 'SAVED') = (name IS NULL) AS bad
  FROM carts;

-- step: a variant stands in a cart once
SELECT cart_id::text AS example, times > 1 AS bad
  FROM (SELECT cart_id, variant_id, count(*) AS times
          FROM cart_items
         GROUP BY 1, 2) AS each;

-- step: carts belong to buyers, dealers and professionals
SELECT c.id::text AS example, a.type = 'ACCOUNT_REP' AS bad
  FROM carts c
  JOIN accounts a ON a.id = c.account_id;

-- step: quantities in carts are positive
SELECT id::text AS example, quantity <= 0 AS bad
  FROM cart_items;
