-- why: open transactions of clients, the oldest first; statements are named by number, their text may hold values
SELECT pid,
       coalesce(usename, '') AS role,
       coalesce(datname, '') AS database,
       coalesce(application_name, '') AS application,
       query_id AS queryid,
       extract(epoch FROM clock_timestamp() - xact_start)::float8 AS open_s,
       CASE WHEN state LIKE 'idle in transaction%'
            THEN extract(epoch FROM clock_timestamp() - state_change)::float8
       END AS idle_s
  FROM pg_stat_activity
 WHERE backend_type = 'client backend'
   AND xact_start IS NOT NULL
   AND pid <> pg_backend_pid()
 ORDER BY xact_start;
