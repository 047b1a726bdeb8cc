-- why: an index that no query has used costs every write; looked at only where a table has been read a thousand times
-- severity: note
SELECT i.indexrelid::regclass::text AS subject,
       format('was not used once in %s reads of %s since statistics began, and takes %s',
              t.seq_scan + coalesce(t.idx_scan, 0), i.indrelid::regclass, pg_size_pretty(pg_relation_size(i.indexrelid))) AS message,
       format('make sure that no rare report needs it, then DROP INDEX CONCURRENTLY %s', i.indexrelid::regclass) AS mend
  FROM pg_index i
  JOIN pg_stat_user_indexes s ON s.indexrelid = i.indexrelid
  JOIN pg_stat_user_tables t ON t.relid = i.indrelid
 WHERE s.idx_scan = 0
   AND t.seq_scan + coalesce(t.idx_scan, 0) >= 1000
   AND NOT i.indisunique
   AND NOT i.indisexclusion
   AND NOT i.indisreplident
   AND s.schemaname NOT IN ('b2bench_meta', 'b2bench_audit')
   AND NOT EXISTS (
       SELECT FROM pg_constraint f
        WHERE f.conrelid = i.indrelid
          AND f.contype = 'f'
          AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey)
 ORDER BY pg_relation_size(i.indexrelid) DESC
