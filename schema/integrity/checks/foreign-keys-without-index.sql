-- why: without an index on its columns every delete of a parent reads the whole child table
-- severity: warning
SELECT format('%s on %s', f.conname, f.conrelid::regclass) AS subject,
       'has no index that begins with its columns: deleting a parent reads the whole table' AS message,
       format('CREATE INDEX CONCURRENTLY ON %s (%s)', f.conrelid::regclass,
              (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
                 FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, place)
                 JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum)) AS mend
  FROM pg_constraint f
  JOIN pg_namespace n ON n.oid = f.connamespace
 WHERE f.contype = 'f'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
   AND NOT EXISTS (
       SELECT FROM pg_index i
        WHERE i.indrelid = f.conrelid
          AND i.indisvalid
          -- a partial index serves only where its condition is that the columns are not null
          AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\(\w+ IS NOT NULL\)$')
          AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey)
 ORDER BY subject
