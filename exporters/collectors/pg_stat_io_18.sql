-- why: rows in which nothing ever happened are left out
SELECT io.*
  FROM pg_stat_io io
 WHERE coalesce(reads, 0) + coalesce(writes, 0) + coalesce(extends, 0) + coalesce(hits, 0) + coalesce(fsyncs, 0) > 0
