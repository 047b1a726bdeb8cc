-- why: sessions by what they do and wait for, and the oldest of each kind; asked ten times a second, so ages are
-- worked out for kinds and not for sessions
SELECT coalesce(datname, '') AS datname,
       backend_type,
       coalesce(state, '') AS state,
       coalesce(wait_event_type, '') AS wait_event_type,
       coalesce(wait_event, '') AS wait_event,
       count(*) AS sessions,
       coalesce(date_part('epoch', clock_timestamp() - min(xact_start)), 0) AS transaction_s,
       coalesce(date_part('epoch', clock_timestamp() - min(state_change)), 0) AS state_s,
       coalesce(date_part('epoch', clock_timestamp() - min(query_start)), 0) AS query_s
  FROM pg_stat_activity
 WHERE pid <> pg_backend_pid()
 GROUP BY datname, backend_type, state, wait_event_type, wait_event
