-- why: the log made so far; since 18 pg_stat_io counts how it is written and synchronised
SELECT w.*, io.*,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       '0/0')::float8 AS position_bytes
  FROM pg_stat_wal w,
       (SELECT sum(writes) AS wal_write,
               sum(fsyncs) AS wal_sync,
               sum(write_time) AS wal_write_time,
               sum(fsync_time) AS wal_sync_time
          FROM pg_stat_io
         WHERE object = 'wal') io
