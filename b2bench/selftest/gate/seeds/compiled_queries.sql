-- why: every query is compiled
-- family: JIT
-- class: report_tier_mix
-- cause: setting jit_above_cost
-- needs: jit

-- step: change
ALTER DATABASE :database SET jit = on;

ALTER DATABASE :database SET jit_above_cost = 0;
