-- why: what one statement of this database has done so far, summed over users, and how many others functions
-- executed; one row, without texts, which cost most
SELECT (SELECT dealloc FROM {info}) AS evictions,
       coalesce(sum(calls) FILTER (WHERE NOT toplevel), 0)::bigint AS nested_calls,
       coalesce(sum(calls) FILTER (WHERE is_it), 0)::bigint AS calls,
       coalesce(sum(total_exec_time) FILTER (WHERE is_it), 0)::float8 AS exec_ms,
       coalesce(sum(shared_blks_hit + shared_blks_read) FILTER (WHERE is_it), 0)::bigint AS shared_blocks,
       coalesce(sum(temp_blks_read + temp_blks_written) FILTER (WHERE is_it), 0)::bigint AS temp_blocks,
       coalesce(sum(wal_records) FILTER (WHERE is_it), 0)::bigint AS wal_records,
       coalesce(sum(wal_fpi) FILTER (WHERE is_it), 0)::bigint AS wal_full_pages,
       coalesce(sum(wal_bytes) FILTER (WHERE is_it), 0)::bigint AS wal_bytes,
       coalesce(sum(CASE WHEN is_it THEN (to_jsonb(s) ->> 'jit_functions')::bigint END), 0)::bigint AS jit_functions
  FROM {function}(false) AS s,
       LATERAL (SELECT toplevel AND queryid = %(queryid)s AS is_it) AS wanted
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND queryid IS NOT NULL;
