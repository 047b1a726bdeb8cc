-- why: what the catalogue grants to whom on tables and columns, the owner's own rights included

SELECT coalesce(nullif(acl.grantee, 0)::regrole::text, 'PUBLIC'), c.relname, acl.privilege_type, '*'
  FROM pg_class c
 CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS acl
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT coalesce(nullif(acl.grantee, 0)::regrole::text, 'PUBLIC'), c.relname, acl.privilege_type, a.attname
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid
 CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
 WHERE c.relnamespace = 'public'::regnamespace
 ORDER BY 1, 2, 3, 4
