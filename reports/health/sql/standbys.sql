-- why: who follows this server, and how far behind
SELECT application_name AS name,
       coalesce(state, '') AS state,
       coalesce(pg_wal_lsn_diff(here.lsn, replay_lsn), 0)::bigint AS behind_bytes,
       coalesce(extract(epoch FROM replay_lag), 0)::float8 AS behind_s
  FROM pg_stat_replication,
       (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                    ELSE pg_current_wal_lsn() END AS lsn) AS here
 WHERE state IS DISTINCT FROM 'backup'
 ORDER BY application_name, pid;
