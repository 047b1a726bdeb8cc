-- why: rows in which nothing ever happened are left out; bytes are operations of one size
SELECT io.*,
       reads * op_bytes AS read_bytes,
       writes * op_bytes AS write_bytes
  FROM pg_stat_io io
 WHERE coalesce(reads, 0) + coalesce(writes, 0) + coalesce(extends, 0) + coalesce(hits, 0) + coalesce(fsyncs, 0) > 0
