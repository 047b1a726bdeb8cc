-- why: who may have what

-- step: buyers have a tier and representatives none
SELECT id::text AS example, (type = 'ACCOUNT_REP') = (tier IS NOT NULL) AS bad
  FROM accounts;

-- step: only representatives have a territory and a capacity
SELECT id::text AS example,
       type <> 'ACCOUNT_REP' AND num_nonnulls(territory, max_rfq_capacity) > 0 AS bad
  FROM accounts;

-- step: every representative has a territory and a positive capacity
SELECT id::text AS example,
       type = 'ACCOUNT_REP'
       AND NOT coalesce(cardinality(territory) > 0 AND max_rfq_capacity > 0, false) AS bad
  FROM accounts;

-- step: every buyer's region has a representative
SELECT buyer.id::text AS example,
       buyer.type <> 'ACCOUNT_REP'
       AND NOT EXISTS (SELECT
                         FROM accounts representative
                        WHERE representative.type = 'ACCOUNT_REP'
                          AND buyer.region = ANY (representative.territory)) AS bad
  FROM accounts buyer;

-- step: authentication ids are unique
SELECT auth_id AS example, times > 1 AS bad
  FROM (SELECT auth_id, count(*) AS times
          FROM accounts
         GROUP BY 1) AS each;
