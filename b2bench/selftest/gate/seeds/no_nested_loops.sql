-- why: somebody mended one query with a setting for all
-- family: planner setting
-- class: price_cart
-- cause: setting enable_nestloop

-- step: change
ALTER DATABASE :database SET enable_nestloop = off;
