-- why: counters of every statement without its text, which is what costs; block times undivided
SELECT d.datname, s.queryid,
       sum(s.calls)::float8,
       sum(s.total_exec_time)::float8 / 1000,
       sum(s.rows)::float8,
       sum(s.shared_blks_hit)::float8,
       sum(s.shared_blks_read)::float8,
       sum(s.shared_blks_dirtied)::float8,
       sum(s.temp_blks_read + s.temp_blks_written)::float8,
       sum(s.wal_bytes)::float8,
       sum(s.blk_read_time)::float8 / 1000
  FROM pg_stat_statements(false) s
  JOIN pg_database d ON d.oid = s.dbid
 WHERE s.queryid IS NOT NULL
 GROUP BY d.datname, s.queryid
