-- why: an index whose build broke off costs every write and serves no query
-- severity: error
SELECT i.indexrelid::regclass::text AS subject,
       'is invalid: its build broke off, or is still going on' AS message,
       format('REINDEX INDEX CONCURRENTLY %s', i.indexrelid::regclass) AS mend
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
 ORDER BY subject
