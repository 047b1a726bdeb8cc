-- why: whether this server follows another, and how far behind it shows what it has received
SELECT pg_is_in_recovery() AS is_standby,
       EXISTS (SELECT FROM pg_stat_wal_receiver) AS is_receiving,
       CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() <> 'not paused' ELSE false END AS is_paused,
       CASE WHEN pg_is_in_recovery()
            THEN greatest(coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0), 0)
            ELSE 0
       END::bigint AS behind_bytes,
       coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)::float8 AS last_s;
