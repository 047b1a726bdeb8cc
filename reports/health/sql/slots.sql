-- why: replication slots and the WAL that they hold; one that a standby keeps in step waits by design
SELECT slot_name AS name,
       active AS is_active,
       coalesce(wal_status, '') AS wal_status,
       coalesce(pg_wal_lsn_diff(here.lsn, restart_lsn), 0)::bigint AS held_bytes
  FROM pg_replication_slots AS slots,
       (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                    ELSE pg_current_wal_lsn() END AS lsn) AS here
 WHERE NOT coalesce((to_jsonb(slots) ->> 'synced')::bool, false)
 ORDER BY slot_name;
