-- why: one row about this server, and one for each standby
WITH here AS (
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn
)
SELECT NULL AS standby, NULL AS state, NULL AS sync_state,
       NULL::float8 AS sent_lsn_bytes, NULL::float8 AS replay_lsn_bytes,
       NULL::float8 AS write_lag_s, NULL::float8 AS flush_lag_s, NULL::float8 AS replay_lag_s,
       (SELECT count(*) FROM pg_stat_replication) AS standbys,
       pg_is_in_recovery() AS in_recovery,
       CASE WHEN NOT pg_is_in_recovery() THEN NULL
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE greatest(extract(EPOCH FROM now() - pg_last_xact_replay_timestamp()), 0)::float8
        END AS own_lag_s
 UNION ALL
SELECT coalesce(nullif(application_name, ''), host(client_addr), 'unnamed'), state, sync_state,
       pg_wal_lsn_diff(lsn, sent_lsn)::float8, pg_wal_lsn_diff(lsn, replay_lsn)::float8,
       coalesce(extract(EPOCH FROM write_lag), 0)::float8,
       coalesce(extract(EPOCH FROM flush_lag), 0)::float8,
       coalesce(extract(EPOCH FROM replay_lag), 0)::float8,
       NULL, NULL, NULL
  FROM pg_stat_replication, here
