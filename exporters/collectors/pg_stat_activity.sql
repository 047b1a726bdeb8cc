-- why: sessions by what they do and wait for, and the oldest of each kind; asked ten times a second
SELECT coalesce(datname, '') AS datname,
       backend_type,
       coalesce(state, '') AS state,
       coalesce(wait_event_type, '') AS wait_event_type,
       coalesce(wait_event, '') AS wait_event,
       count(*) AS sessions,
       coalesce(max(extract(EPOCH FROM clock_timestamp() - xact_start)), 0)::float8 AS transaction_s,
       coalesce(max(extract(EPOCH FROM clock_timestamp() - state_change)), 0)::float8 AS state_s,
       coalesce(max(extract(EPOCH FROM clock_timestamp() - query_start)), 0)::float8 AS query_s
  FROM pg_stat_activity
 WHERE pid <> pg_backend_pid()
 GROUP BY 1, 2, 3, 4, 5
