-- why: a function is called for each row where a join did
-- family: function per row
-- class: own
-- cause: query function_per_row
-- params: product_id bigint
-- example: 7001

-- step: setup
CREATE FUNCTION seed_available(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT sum(quantity - reserved) FROM inventory_locations WHERE variant_id = wanted);
END $$;

-- step: query
SELECT v.sku, sum(s.quantity - s.reserved) AS available
  FROM product_variants v JOIN inventory_locations s ON s.variant_id = v.id
 WHERE v.product_id BETWEEN :product_id AND :product_id + 20
 GROUP BY v.sku;

-- step: changed_query
SELECT v.sku, seed_available(v.id) AS available
  FROM product_variants v
 WHERE v.product_id BETWEEN :product_id AND :product_id + 20;
