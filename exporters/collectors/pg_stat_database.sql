-- why: what each database did; templates that nobody may connect to are left out
SELECT s.*,
       extract(EPOCH FROM s.stats_reset)::float8 AS reset_s,
       age(d.datfrozenxid) AS xid_age,
       mxid_age(d.datminmxid) AS mxid_age,
       nullif(d.datconnlimit, -1) AS connection_limit
  FROM pg_stat_database s
  JOIN pg_database d ON d.oid = s.datid
 WHERE d.datallowconn
   AND d.datconnlimit <> -2
