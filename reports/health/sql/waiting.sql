-- why: who waits for a lock, how long, and for whom; pg_locks shows it to every role
SELECT pid,
       pg_blocking_pids(pid) AS blockers,
       coalesce(extract(epoch FROM clock_timestamp() - min(waitstart)), 0)::float8 AS waited_s
  FROM pg_locks
 WHERE NOT granted
 GROUP BY pid
 ORDER BY pid;
