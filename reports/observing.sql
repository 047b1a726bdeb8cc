-- why: the counters of every statement of this database, summed over users; without texts, which cost most
SELECT toplevel,
       queryid,
       sum(calls)::bigint AS calls,
       sum(total_exec_time)::float8 AS exec_ms,
       sum(shared_blks_hit + shared_blks_read)::bigint AS shared_blocks,
       sum(temp_blks_read + temp_blks_written)::bigint AS temp_blocks,
       sum(wal_records)::bigint AS wal_records,
       sum(wal_fpi)::bigint AS wal_full_pages,
       sum(wal_bytes)::bigint AS wal_bytes,
       sum(coalesce((to_jsonb(s) ->> 'jit_functions')::bigint, 0))::bigint AS jit_functions
  FROM {function}(false) AS s
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND queryid IS NOT NULL
 GROUP BY toplevel, queryid;
