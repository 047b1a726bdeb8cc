-- why: labels

-- step: every label has ingredients
SELECT f.product_id::text AS example,
       NOT EXISTS (SELECT
                     FROM product_ingredients i
                    WHERE i.product_id = f.product_id) AS bad
  FROM supplement_facts f;

-- step: an amount has a unit
SELECT product_id || ', place ' || position AS example,
       num_nulls(amount_per_serving, unit_id) = 1 AS bad
  FROM product_ingredients;

-- step: certificates of a product do not overlap
SELECT product_id::text AS example, meets AS bad
  FROM (SELECT product_id,
               valid_from < lag(valid_until) OVER (PARTITION BY product_id, certification_id
                                                       ORDER BY valid_from) AS meets
          FROM product_certifications) AS each;
