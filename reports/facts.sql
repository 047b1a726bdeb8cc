-- why: what an index, a cast or a function in a plan means: types of columns, volatility of functions, tables changed since ANALYZE
SELECT 'column' AS kind, n.nspname::text AS schema, c.relname::text AS relation,
       format('%I.%I', n.nspname, c.relname) AS identity,
       quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS detail
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
UNION ALL
SELECT 'function', n.nspname, p.proname, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
       quote_ident(p.proname),
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'changed', s.schemaname, s.relname, format('%I.%I', s.schemaname, s.relname),
       greatest(c.reltuples, 0)::bigint::text, s.n_mod_since_analyze::text
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
 WHERE s.n_mod_since_analyze > 0
 ORDER BY 1, 2, 3, 5;
