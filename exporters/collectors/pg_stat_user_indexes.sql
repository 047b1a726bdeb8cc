-- why: what each index of this database is used for and costs; under an exclusive lock its size is not asked for;
-- a B-tree's bloat is estimated from statistics of an analyze, without deduplication, so it may be more
WITH locked AS (
  SELECT DISTINCT relation
    FROM pg_locks
   WHERE mode = 'AccessExclusiveLock'
     AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), widths AS (
  SELECT i.indexrelid,
         sum((1 - s.null_frac) * s.avg_width) AS entry_width
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = i.indexrelid
    LEFT JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = i.indkey[a.attnum - 1]
                            AND i.indkey[a.attnum - 1] <> 0
    LEFT JOIN pg_stats s ON s.schemaname = t.relnamespace::regnamespace::name
                        AND NOT s.inherited
                        AND s.tablename = CASE WHEN k.attname IS NULL THEN c.relname ELSE t.relname END
                        AND s.attname = coalesce(k.attname, a.attname)
   GROUP BY i.indexrelid
  HAVING count(*) = count(s.avg_width)
)
SELECT current_database() AS datname,
       s.schemaname, s.relname, s.indexrelname, s.idx_scan, s.idx_tup_read, s.idx_tup_fetch,
       io.idx_blks_hit, io.idx_blks_read,
       size_bytes,
       (NOT i.indisvalid)::int AS invalid,
       CASE WHEN s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion
              AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = s.indexrelid)
            THEN size_bytes ELSE 0 END AS unused_bytes,
       CASE WHEN w.entry_width IS NOT NULL AND c.reltuples > 0 AND c.relpages > 1
            THEN greatest(0, 1 - (1 + ceil(c.reltuples * (12 + 8 * ceil(w.entry_width / 8.0))
                                           / ((current_setting('block_size')::float8 - 40) * 0.9)))
                                 / c.relpages) END AS bloat_ratio
  FROM pg_stat_user_indexes s
  JOIN pg_statio_user_indexes io USING (indexrelid)
  JOIN pg_index i USING (indexrelid)
  JOIN pg_class c ON c.oid = s.indexrelid
  LEFT JOIN widths w USING (indexrelid)
  LEFT JOIN locked ON locked.relation IN (s.indexrelid, s.relid),
       LATERAL (SELECT CASE WHEN locked.relation IS NULL THEN pg_relation_size(s.indexrelid) END AS size_bytes) size
