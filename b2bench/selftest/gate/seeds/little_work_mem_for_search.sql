-- why: a report's sort goes to disk
-- family: spill
-- class: report_price_bands
-- cause: setting work_mem

-- step: change
ALTER DATABASE :database SET work_mem = '64kB';
