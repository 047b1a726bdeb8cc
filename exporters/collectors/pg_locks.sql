-- why: locks by kind, and the chains of those who wait; pg_blocking_pids is asked for waiting sessions only,
-- and of them for the fifty that have waited longest, because it holds up the lock manager
WITH RECURSIVE blocked AS (
  SELECT l.pid, a.datname::text AS datname, min(l.waitstart) AS waitstart
    FROM pg_locks l
    JOIN pg_stat_activity a USING (pid)
   WHERE NOT l.granted
   GROUP BY 1, 2
), waiting AS (
  SELECT pid, datname, unnest(pg_blocking_pids(pid)) AS blocker
    FROM (SELECT * FROM blocked ORDER BY waitstart LIMIT 50) oldest
), chain AS (
  SELECT pid, datname, blocker, 1 AS depth
    FROM waiting
   UNION
  SELECT chain.pid, chain.datname, waiting.blocker, chain.depth + 1
    FROM chain
    JOIN waiting ON waiting.pid = chain.blocker
   WHERE chain.depth < 20
), chains AS (
  SELECT d.datname::text AS datname,
         (SELECT count(*) FROM blocked b WHERE b.datname = d.datname) AS blocked,
         (SELECT count(DISTINCT blocker) FROM waiting w
           WHERE w.datname = d.datname AND NOT EXISTS (SELECT FROM waiting o WHERE o.pid = w.blocker)) AS roots,
         (SELECT coalesce(max(depth), 0) FROM chain c WHERE c.datname = d.datname) AS depth,
         (SELECT coalesce(max(extract(EPOCH FROM clock_timestamp() - waitstart)), 0)::float8 FROM blocked b
           WHERE b.datname = d.datname) AS longest_s
    FROM pg_database d
   WHERE d.datallowconn
     AND d.datconnlimit <> -2
)
SELECT coalesce(d.datname::text, 'shared') AS datname, l.mode, CASE WHEN l.granted THEN 'yes' ELSE 'no' END AS granted,
       count(*) AS locks,
       NULL::bigint AS blocked, NULL::bigint AS roots, NULL::int AS depth, NULL::float8 AS longest_s
  FROM pg_locks l
  LEFT JOIN pg_database d ON d.oid = l.database
 WHERE l.pid <> pg_backend_pid()
 GROUP BY 1, 2, 3
 UNION ALL
SELECT datname, NULL, NULL, NULL, blocked, roots, depth, longest_s
  FROM chains
