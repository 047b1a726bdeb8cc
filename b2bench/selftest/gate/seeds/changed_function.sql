-- why: a function counts what it only had to look up
-- family: function body
-- class: own
-- cause: function seed_stock(bigint)
-- params: variant_id bigint
-- example: 77

-- step: setup
CREATE FUNCTION seed_stock(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT sum(quantity) FROM inventory_locations WHERE variant_id = wanted);
END $$;

-- step: change
CREATE OR REPLACE FUNCTION seed_stock(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT sum(quantity) FILTER (WHERE variant_id = wanted) FROM inventory_locations WHERE variant_id < wanted + 5000);
END $$;

-- step: query
SELECT seed_stock(:variant_id) AS stock;
