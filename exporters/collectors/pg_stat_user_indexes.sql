-- why: what each index of this database is used for and costs; under an exclusive lock its size is not asked for
SELECT current_database() AS datname,
       s.schemaname, s.relname, s.indexrelname, s.idx_scan, s.idx_tup_read, s.idx_tup_fetch,
       io.idx_blks_hit, io.idx_blks_read,
       size_bytes,
       (NOT i.indisvalid)::int AS invalid,
       CASE WHEN s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion
              AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = s.indexrelid)
            THEN size_bytes ELSE 0 END AS unused_bytes
  FROM pg_stat_user_indexes s
  JOIN pg_statio_user_indexes io USING (indexrelid)
  JOIN pg_index i USING (indexrelid)
  LEFT JOIN (SELECT DISTINCT relation
               FROM pg_locks
              WHERE mode = 'AccessExclusiveLock'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) locked
         ON locked.relation IN (s.indexrelid, s.relid),
       LATERAL (SELECT CASE WHEN locked.relation IS NULL THEN pg_relation_size(s.indexrelid) END AS size_bytes) size
