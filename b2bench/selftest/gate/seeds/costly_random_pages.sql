-- why: the planner is told of slow disks
-- family: planner setting
-- class: compare_products
-- cause: setting random_page_cost

-- step: change
ALTER DATABASE :database SET random_page_cost = 500;
