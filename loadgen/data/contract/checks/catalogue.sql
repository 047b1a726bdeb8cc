-- why: products and what they come in

-- step: a simple product has one variant and no axes
SELECT p.id::text AS example,
       p.type = 'SIMPLE'
       AND (sold.variants IS DISTINCT FROM 1 OR varied.axes > 0) AS bad
  FROM products p
  LEFT JOIN (SELECT product_id, count(*) AS variants
               FROM product_variants
              GROUP BY 1) AS sold ON sold.product_id = p.id
  LEFT JOIN (SELECT product_id, count(*) AS axes
               FROM product_variant_groups
              GROUP BY 1) AS varied ON varied.product_id = p.id;

-- step: a variable product has two variants or more, and axes
SELECT p.id::text AS example,
       p.type = 'VARIABLE'
       AND (coalesce(sold.variants, 0) < 2 OR coalesce(varied.axes, 0) < 1) AS bad
  FROM products p
  LEFT JOIN (SELECT product_id, count(*) AS variants
               FROM product_variants
              GROUP BY 1) AS sold ON sold.product_id = p.id
  LEFT JOIN (SELECT product_id, count(*) AS axes
               FROM product_variant_groups
              GROUP BY 1) AS varied ON varied.product_id = p.id;

-- step: a variant has one option on each axis of its product
SELECT v.id::text AS example,
       coalesce(taken.chosen, 0) <> coalesce(varied.axes, 0)
       OR taken.on_axes <> taken.chosen AS bad
  FROM product_variants v
  LEFT JOIN (SELECT product_id, count(*) AS axes
               FROM product_variant_groups
              GROUP BY 1) AS varied USING (product_id)
  LEFT JOIN (SELECT variant_id, count(*) AS chosen, count(DISTINCT group_id) AS on_axes
               FROM product_variant_selections
              GROUP BY 1) AS taken ON taken.variant_id = v.id;

-- step: no two variants of a product have the same options
SELECT product_id::text AS example, times > 1 AS bad
  FROM (SELECT product_id, option_key, count(*) AS times
          FROM product_variants
         GROUP BY 1, 2) AS each;

-- step: the options of a variant are those that it was given
SELECT v.id::text AS example, v.option_key <> coalesce(taken.chosen, '{}') AS bad
  FROM product_variants v
  LEFT JOIN (SELECT variant_id, array_agg(option_id ORDER BY option_id) AS chosen
               FROM product_variant_selections
              GROUP BY 1) AS taken ON taken.variant_id = v.id;

-- step: prices and weights are positive
SELECT v.id::text AS example,
       least(p.price, p.retail_price, v.price, v.compare_at_price, v.weight_g) <= 0 AS bad
  FROM product_variants v
  JOIN products p ON p.id = v.product_id;

-- step: everything has a price
SELECT v.id::text AS example, coalesce(v.price, p.price) IS NULL AS bad
  FROM product_variants v
  JOIN products p ON p.id = v.product_id;

-- step: SKUs are unique
SELECT sku AS example, times > 1 AS bad
  FROM (SELECT sku, count(*) AS times
          FROM product_variants
         GROUP BY 1) AS each;

-- step: handles are unique
SELECT handle AS example, times > 1 AS bad
  FROM (SELECT handle, count(*) AS times
          FROM products
         GROUP BY 1) AS each;

-- step: no category is below itself
SELECT c.id::text AS example,
       EXISTS (WITH RECURSIVE above AS (
                    SELECT c.parent_id AS id
                     UNION
                    SELECT p.parent_id
                      FROM categories p
                      JOIN above ON p.id = above.id)
               SELECT
                 FROM above
                WHERE above.id = c.id) AS bad
  FROM categories c;
