-- why: who a few sessions are, and what they are at
SELECT pid,
       coalesce(usename, '') AS role,
       coalesce(application_name, '') AS application,
       coalesce(state, '') AS state,
       extract(epoch FROM clock_timestamp() - xact_start)::float8 AS open_s
  FROM pg_stat_activity
 WHERE pid = ANY (%(pids)s);
