-- why: a loop asks for each line by itself
-- family: N+1
-- class: own
-- cause: function seed_order_value(bigint)
-- params: order_id bigint
-- example: 77

-- step: setup
CREATE FUNCTION seed_order_value(wanted bigint) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT sum(l.quantity * v.product_id) FROM order_lines l JOIN product_variants v ON v.id = l.variant_id WHERE l.order_id BETWEEN wanted AND wanted + 20);
END $$;

-- step: change
CREATE OR REPLACE FUNCTION seed_order_value(wanted bigint) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    line record;
    value numeric := 0;
BEGIN
    FOR line IN SELECT l.variant_id, l.quantity FROM order_lines l WHERE l.order_id BETWEEN wanted AND wanted + 20 LOOP
        value := value + line.quantity * (SELECT v.product_id FROM product_variants v WHERE v.id = line.variant_id);
        PERFORM p.title FROM products p JOIN product_variants v ON v.product_id = p.id WHERE v.id = line.variant_id;
    END LOOP;
    RETURN value;
END $$;

-- step: query
SELECT seed_order_value(:order_id) AS value;
