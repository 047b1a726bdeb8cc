-- why: a function that stood in an index condition is VOLATILE now
-- family: volatility
-- class: own
-- cause: function seed_since()
-- params: days int
-- example: 5

-- step: setup
CREATE FUNCTION seed_since() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT max(placed_at) - interval '3 days' FROM orders);
END $$;

-- step: change
ALTER FUNCTION seed_since() VOLATILE;

-- step: query
SELECT count(*) AS orders FROM orders WHERE placed_at >= seed_since() AND :days > 0;
