-- why: pages that a B-tree has, and pages that its entries would fill by their mean width; from statistics
-- alone, and without what deduplication saves, so it says too little rather than too much
WITH keys AS (
    SELECT x.oid,
           format('%I.%I', n.nspname, x.relname) AS name,
           x.reltuples::float8 AS entries,
           x.relpages::bigint AS pages,
           coalesce((SELECT option_value::int FROM pg_options_to_table(x.reloptions)
                      WHERE option_name = 'fillfactor'), 90) AS fillfactor,
           bool_and(has_table_privilege(i.indrelid, 'SELECT')) AS is_readable,
           bool_and(s.avg_width IS NOT NULL) AS is_analyzed,
           bool_or(s.null_frac > 0) AS has_nulls,
           sum((1 - s.null_frac) * s.avg_width) AS width
      FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i'
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = x.relnamespace
      JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
      JOIN pg_attribute k ON k.attrelid = x.oid
      LEFT JOIN pg_attribute a
        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.attnum - 1] AND a.attnum > 0
      LEFT JOIN pg_stats s
        ON s.schemaname = n.nspname AND NOT s.inherited
       AND s.tablename = CASE WHEN a.attname IS NULL THEN x.relname ELSE c.relname END
       AND s.attname = coalesce(a.attname, k.attname)
     WHERE i.indisvalid
       AND c.reltuples >= 0
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND n.nspname NOT LIKE 'pg\_t%'
     GROUP BY x.oid, n.nspname, x.relname, x.reltuples, x.relpages, x.reloptions
), sized AS (
    -- an entry has a header of 8 bytes, 8 more where a key may be null, and a pointer of 4 bytes
    SELECT *,
           current_setting('block_size')::int AS block,
           4 + 8 + CASE WHEN has_nulls THEN 8 ELSE 0 END
             + 8 * ceil(width::numeric / 8) AS entry_bytes
      FROM keys
)
SELECT name,
       pages * block AS bytes,
       CASE WHEN is_analyzed
            THEN ((1 + ceil(entries * entry_bytes / ((block - 40) * fillfactor / 100.0))) * block)::bigint
       END AS expected_bytes,
       is_readable,
       pages <= 1 OR entries = 0 AS is_empty
  FROM sized
 ORDER BY pages DESC, name;
