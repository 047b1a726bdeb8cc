-- why: what statistics have counted of each database; where it was never reset, they began when the server's did
WITH began AS (
    SELECT least(archiver.stats_reset, wal.stats_reset, writer.stats_reset) AS at
      FROM pg_stat_archiver AS archiver, pg_stat_wal AS wal, pg_stat_bgwriter AS writer
)
SELECT d.datname AS name,
       d.datname = current_database() AS is_here,
       d.blks_hit AS blocks_hit,
       d.blks_read AS blocks_read,
       d.deadlocks,
       d.temp_files,
       d.temp_bytes,
       coalesce(extract(epoch FROM now() - coalesce(d.stats_reset, began.at)), 0)::float8 AS counted_s
  FROM pg_stat_database AS d, began
 WHERE d.datname IS NOT NULL
 ORDER BY d.datname;
