-- why: all that refuses something or keeps something up to date, but for the audit, which has a test of its own; a key that holds a primary key refuses nothing by itself
SELECT CASE o.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclude' ELSE 'unique' END,
       o.conname, o.conrelid::regclass::text
  FROM pg_constraint o
 WHERE o.connamespace = 'public'::regnamespace
   AND (o.contype IN ('c', 'f', 'x')
        OR o.contype = 'u' AND NOT EXISTS (
           SELECT FROM pg_constraint p
            WHERE p.conrelid = o.conrelid AND p.contype = 'p' AND p.conkey <@ o.conkey)
        OR o.conname = 'product_variant_selections_pkey')
UNION ALL
SELECT 'trigger', t.tgname, t.tgrelid::regclass::text
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
   AND t.tgname NOT IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')
UNION ALL
SELECT 'index', i.indexrelid::regclass::text, i.indrelid::regclass::text
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'public'::regnamespace
   AND i.indisunique
   AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid)
 ORDER BY 1, 3, 2
