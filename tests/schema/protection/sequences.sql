-- why: what of which sequence is granted to others than its owner

SELECT coalesce(nullif(acl.grantee, 0)::regrole::text, 'PUBLIC'), c.relname, acl.privilege_type
  FROM pg_class c
 CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind = 'S'
   AND acl.grantee <> c.relowner
 ORDER BY 1, 2, 3
