-- why: index scans were switched off
-- family: planner setting
-- class: account_by_auth_id
-- cause: setting enable_indexscan

-- step: change
ALTER DATABASE :database SET enable_indexscan = off;

ALTER DATABASE :database SET enable_bitmapscan = off;
