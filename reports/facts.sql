-- why: what an index, a cast or a function in a plan means: types of columns, and those that they are cast to without a change,
-- tables of partitions, volatility of functions
WITH own AS (
    SELECT c.oid, n.nspname, c.relname, c.relispartition
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta')
), typed AS (
    SELECT own.nspname, own.relname, a.attname, a.atttypid, a.atttypmod, t.typtype,
           CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END AS base
      FROM own
      JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
)
SELECT 'column' AS kind, nspname::text AS schema, relname::text AS relation, format('%I.%I', nspname, relname) AS identity,
       quote_ident(attname) AS name, format_type(atttypid, atttypmod) AS detail
  FROM typed
UNION ALL
-- the values stay as they are, and the type has no operators of its own, so an index on the column serves these, too
SELECT 'same', nspname, relname, format('%I.%I', nspname, relname), quote_ident(attname), format_type(k.casttarget, NULL)
  FROM typed
  JOIN pg_cast k ON k.castsource = typed.base AND k.castmethod = 'b'
  JOIN pg_type t ON t.oid = k.casttarget AND t.typispreferred
 WHERE NOT EXISTS (SELECT FROM pg_opclass o WHERE o.opcintype = typed.base)
UNION ALL
SELECT 'same', nspname, relname, format('%I.%I', nspname, relname), quote_ident(attname), format_type(base, NULL)
  FROM typed
 WHERE typtype = 'd'
UNION ALL
SELECT 'partition', own.nspname, own.relname, format('%I.%I', n.nspname, c.relname), c.relname, ''
  FROM own
  JOIN pg_class c ON c.oid = pg_partition_root(own.oid)
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE own.relispartition
UNION ALL
SELECT 'function', n.nspname, p.proname, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
       quote_ident(p.proname),
       CASE WHEN p.provolatile = 'i' THEN 'immutable'
            WHEN p.provolatile = 's' THEN 'stable'
            -- whose volatility may be meant
            WHEN p.prosrc ~* '\m(nextval|setval|insert|update|delete|merge|truncate|perform|execute|call|lock|random|clock_timestamp|timeofday|pg_sleep|pg_notify|notify|set_config|dblink)\M'
            THEN 'unsteady'
            ELSE 'volatile' END
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 1, 2, 3, 5;
