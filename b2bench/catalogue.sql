-- why: every definition that can change how a query runs, as text, so that two databases can be compared
SELECT 'column' AS kind, format('%s.%s', c.oid::regclass, a.attname) AS identity,
       format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
       || CASE a.attgenerated WHEN '' THEN '' ELSE ' GENERATED ' || pg_get_expr(d.adbin, d.adrelid) END
       || coalesce(' STATISTICS ' || nullif(a.attstattarget, -1), '') AS definition
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
UNION ALL
SELECT 'table', c.oid::regclass::text, coalesce(array_to_string(c.reloptions, ', '), '')
       || CASE WHEN c.relrowsecurity THEN ' ROW LEVEL SECURITY' ELSE '' END
       || CASE c.relpersistence WHEN 'u' THEN ' UNLOGGED' ELSE '' END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
UNION ALL
SELECT 'index', i.indexrelid::regclass::text,
       pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
UNION ALL
SELECT 'constraint', format('%s on %s', o.conname, o.conrelid::regclass),
       pg_get_constraintdef(o.oid) || CASE WHEN o.convalidated THEN '' ELSE ' (not valid)' END
  FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
 WHERE o.conrelid <> 0 AND o.contype <> 'n'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
UNION ALL
SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind IN ('f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'trigger', format('%s on %s', t.tgname, t.tgrelid::regclass),
       pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' (' || t.tgenabled::text || ')' END
  FROM pg_trigger t
 WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy', format('%s on %s', p.policyname, format('%I.%I', p.schemaname, p.tablename)::regclass),
       concat_ws(' ', p.permissive, p.cmd, p.roles, p.qual, p.with_check)
  FROM pg_policies p
UNION ALL
SELECT 'view', c.oid::regclass::text, pg_get_viewdef(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'statistics', format('%I.%I', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid)
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
UNION ALL
SELECT 'extension', e.extname, e.extversion
  FROM pg_extension e
UNION ALL
SELECT 'setting', name, current_setting(name)
  FROM pg_settings
 WHERE category ~ '^(Query Tuning|Resource Usage / Memory)'
    OR name IN ('default_statistics_target', 'jit', 'track_io_timing', 'max_parallel_workers_per_gather')
 ORDER BY 1, 2;
