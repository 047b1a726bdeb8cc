-- why: the server was told to plan for unknown arguments
-- family: generic plan
-- class: search_sku
-- cause: setting plan_cache_mode

-- step: change
ALTER DATABASE :database SET plan_cache_mode = 'force_generic_plan';
