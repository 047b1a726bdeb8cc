-- why: counters of every entry without its text, which is what costs; cast to what needs no care when it is read
SELECT dbid::bigint,
       userid::bigint * 2 + toplevel::int,
       queryid,
       NULL::float8 AS since_s,
       calls,
       total_exec_time,
       rows,
       shared_blks_hit,
       shared_blks_read,
       shared_blks_dirtied,
       temp_blks_read + temp_blks_written,
       wal_bytes::bigint,
       blk_read_time
  FROM pg_stat_statements(false)
 WHERE queryid IS NOT NULL
