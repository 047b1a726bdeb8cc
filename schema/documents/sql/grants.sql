-- why: what roles other than the owner may do with a table, with all of it or with some of its columns
SELECT c.relname AS "table",
       CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END AS role,
       g.privilege_type AS verb,
       array_remove(array_agg(g.attname::text ORDER BY g.attnum), NULL) AS columns
  FROM pg_class c
 CROSS JOIN LATERAL (
       SELECT a.grantee, a.privilege_type, NULL::name AS attname, NULL::smallint AS attnum
         FROM aclexplode(c.relacl) AS a
        UNION ALL
       SELECT a.grantee, a.privilege_type, t.attname, t.attnum
         FROM pg_attribute t
        CROSS JOIN LATERAL aclexplode(t.attacl) AS a
        WHERE t.attrelid = c.oid AND NOT t.attisdropped) AS g
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p', 'v', 'm')
   AND NOT c.relispartition
   AND g.grantee <> c.relowner
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 GROUP BY "table", role, verb
 ORDER BY "table", role, verb;
