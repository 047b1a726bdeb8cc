-- why: the log made, written and synchronised so far
SELECT w.*,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       '0/0')::float8 AS position_bytes
  FROM pg_stat_wal w
