-- why: as for 1.10, and since when each entry counts; block times are told by kind of block
SELECT dbid::bigint,
       userid::bigint * 2 + toplevel::int,
       queryid,
       date_part('epoch', stats_since),
       calls,
       total_exec_time,
       rows,
       shared_blks_hit,
       shared_blks_read,
       shared_blks_dirtied,
       temp_blks_read + temp_blks_written,
       wal_bytes::bigint,
       shared_blk_read_time
  FROM pg_stat_statements(false)
 WHERE queryid IS NOT NULL
