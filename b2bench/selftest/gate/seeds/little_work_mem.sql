-- why: work_mem was cut, and sorts go to disk
-- family: spill
-- class: report_rfq_funnel
-- cause: setting work_mem

-- step: change
ALTER DATABASE :database SET work_mem = '64kB';
