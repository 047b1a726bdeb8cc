-- why: prices agreed with accounts, and volume bands

-- step: a rule has a fixed price or a markdown, never both
SELECT id::text AS example, num_nonnulls(fixed_price, markdown_percent) <> 1 AS bad
  FROM account_pricing;

-- step: markdowns are from 0 to 100 %
SELECT id::text AS example, markdown_percent NOT BETWEEN 0 AND 100 AS bad
  FROM account_pricing;

-- step: fixed prices are positive
SELECT id::text AS example, fixed_price <= 0 AS bad
  FROM account_pricing;

-- step: quantities and times of a rule are in order
SELECT id::text AS example,
       min_quantity < 1 OR max_quantity < min_quantity OR effective_until <= effective_from AS bad
  FROM account_pricing;

-- step: at most one active rule for an account, item, quantity and instant
SELECT r.id::text AS example,
       EXISTS (SELECT
                 FROM account_pricing o
                WHERE o.active
                  AND o.account_id = r.account_id
                  AND o.product_id = r.product_id
                  AND coalesce(o.variant_id, 0) = coalesce(r.variant_id, 0)
                  AND o.id <> r.id
                  AND int8range(o.min_quantity, o.max_quantity, '[]')
                      && int8range(r.min_quantity, r.max_quantity, '[]')
                  AND tstzrange(o.effective_from, o.effective_until)
                      && tstzrange(r.effective_from, r.effective_until)) AS bad
  FROM account_pricing r
 WHERE r.active;

-- step: a rule for a variant is one of its product
SELECT r.id::text AS example, v.product_id <> r.product_id AS bad
  FROM account_pricing r JOIN product_variants v ON v.id = r.variant_id;

-- step: only buyers have price rules
SELECT r.id::text AS example, a.type = 'ACCOUNT_REP' AS bad
  FROM account_pricing r JOIN accounts a ON a.id = r.account_id;

-- step: volume discounts are above 0 and up to 100 %
SELECT id::text AS example, percent <= 0 OR percent > 100 AS bad
  FROM volume_discounts;

-- step: the larger the quantity, the larger the discount
SELECT id::text AS example, percent <= smaller AS bad
  FROM (SELECT id, percent,
               lag(percent) OVER (PARTITION BY product_id ORDER BY min_quantity) AS smaller
          FROM volume_discounts) AS each;

-- step: tier discounts are 0, 10 and 15 %
SELECT tier::text AS example,
       percent <> CASE tier WHEN 'STANDARD' THEN 0 WHEN 'PREMIUM' THEN 10 ELSE 15 END AS bad
  FROM tier_discounts;
