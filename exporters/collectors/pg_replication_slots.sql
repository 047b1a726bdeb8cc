-- why: one row for all slots and one for each; a slot without restart_lsn keeps nothing
SELECT NULL::name AS slot_name, NULL::text AS slot_type, NULL::text AS wal_status, NULL::bool AS active,
       NULL::bigint AS safe_wal_size, NULL::float8 AS retained_bytes,
       (SELECT count(*) FROM pg_replication_slots) AS slots
 UNION ALL
SELECT slot_name, slot_type, wal_status, active, safe_wal_size,
       coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                     ELSE pg_current_wal_lsn() END, restart_lsn), 0)::float8,
       NULL
  FROM pg_replication_slots
