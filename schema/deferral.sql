-- why: what is dropped for a load and made again afterwards: foreign keys last, keys and indexes first
SELECT CASE c.contype WHEN 'p' THEN 1 WHEN 'u' THEN 2 WHEN 'x' THEN 4 ELSE 5 END AS phase,
       'constraint' AS kind, c.conrelid::regclass::text AS table_name, c.conname AS name,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
       || coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS ', c.conname, c.conrelid::regclass)
                   || quote_literal(obj_description(c.oid, 'pg_constraint')), '') AS definition
  FROM pg_constraint c
 WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'x', 'f')
UNION ALL
SELECT 3, 'index', i.indrelid::regclass::text, i.indexrelid::regclass::text,
       -- of a table in partitions, on them too
       replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
       || coalesce(format('; COMMENT ON INDEX %s IS ', i.indexrelid::regclass)
                   || quote_literal(obj_description(i.indexrelid, 'pg_class')), '')
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
 ORDER BY phase, table_name, name;
