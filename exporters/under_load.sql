-- why: databases with sessions, the newest first
SELECT d.datname
  FROM pg_database d
  JOIN pg_stat_database s ON s.datid = d.oid
 WHERE s.numbackends > 0
   AND d.datallowconn
 ORDER BY d.oid DESC
