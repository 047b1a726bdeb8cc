-- why: enumerations with their labels, and domains with what they allow
SELECT t.typname AS name,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
       CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE '' END AS base,
       ARRAY(
           SELECT pg_get_constraintdef(o.oid)
             FROM pg_constraint o
            WHERE o.contypid = t.oid AND o.contype = 'c'
            ORDER BY o.conname
       ) AS checks,
       coalesce(obj_description(t.oid, 'pg_type'), '') AS comment
  FROM pg_type t
 WHERE t.typnamespace = 'public'::regnamespace
   AND t.typtype IN ('e', 'd')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
 ORDER BY name;
