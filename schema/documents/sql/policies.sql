-- why: which rows a role sees and may change
SELECT p.tablename AS "table", p.policyname AS name, p.cmd AS command,
       p.permissive = 'PERMISSIVE' AS permissive,
       array_to_string(p.roles, ', ') AS roles,
       coalesce(p.qual, '') AS visible,
       coalesce(p.with_check, '') AS allowed,
       coalesce(obj_description(o.oid, 'pg_policy'), '') AS comment
  FROM pg_policies p
  JOIN pg_policy o ON o.polrelid = format('%I.%I', p.schemaname, p.tablename)::regclass AND o.polname = p.policyname
 WHERE p.schemaname = 'public'
 ORDER BY "table", name;
