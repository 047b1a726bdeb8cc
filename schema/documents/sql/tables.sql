-- why: tables and views of the schema; a partition is its table's affair
SELECT c.relname AS name,
       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END AS kind,
       coalesce(pg_get_partkeydef(c.oid), '') AS partitioned_by,
       c.relrowsecurity AS row_security,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p', 'v', 'm')
   AND NOT c.relispartition
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY name;
