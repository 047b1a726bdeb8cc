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
       min_quantity < 1
       OR max_quantity < min_quantity
       OR effective_until <= effective_from AS bad
  FROM account_pricing;

-- step: at most one active rule for an account, item, quantity and instant
SELECT rule.id::text AS example,
       EXISTS (SELECT
                 FROM account_pricing other
                WHERE other.active
                  AND other.account_id = rule.account_id
                  AND other.product_id = rule.product_id
                  AND coalesce(other.variant_id, 0) = coalesce(rule.variant_id, 0)
                  AND other.id <> rule.id
                  AND int8range(other.min_quantity, other.max_quantity, '[]')
                      && int8range(rule.min_quantity, rule.max_quantity, '[]')
                  AND tstzrange(other.effective_from, other.effective_until)
                      && tstzrange(rule.effective_from, rule.effective_until)) AS bad
  FROM account_pricing rule
 WHERE rule.active;

-- step: a rule for a variant is one of its product
SELECT rule.id::text AS example, v.product_id <> rule.product_id AS bad
  FROM account_pricing rule
  JOIN product_variants v ON v.id = rule.variant_id;

-- step: only buyers have price rules
SELECT rule.id::text AS example, a.type = 'ACCOUNT_REP' AS bad
  FROM account_pricing rule
  JOIN accounts a ON a.id = rule.account_id;

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
