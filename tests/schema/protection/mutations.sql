-- why: every part of the protection and the statement that takes it away; what it is about, so that those who would miss it are asked first

SELECT 'policy dropped', format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass),
       ARRAY[p.polrelid::regclass::text, roles.named]
  FROM pg_policy p
 CROSS JOIN LATERAL (SELECT string_agg(pg_get_userbyid(r), ' ') AS named FROM unnest(p.polroles) AS r) AS roles
UNION ALL
SELECT 'policy shows every row', format('ALTER POLICY %I ON %s USING (true)', p.polname, p.polrelid::regclass),
       ARRAY[p.polrelid::regclass::text, roles.named]
  FROM pg_policy p
 CROSS JOIN LATERAL (SELECT string_agg(pg_get_userbyid(r), ' ') AS named FROM unnest(p.polroles) AS r) AS roles
 WHERE pg_get_expr(p.polqual, p.polrelid) <> 'true'
UNION ALL
SELECT 'policy lets every row in', format('ALTER POLICY %I ON %s WITH CHECK (true)', p.polname, p.polrelid::regclass),
       ARRAY[p.polrelid::regclass::text, roles.named]
  FROM pg_policy p
 CROSS JOIN LATERAL (SELECT string_agg(pg_get_userbyid(r), ' ') AS named FROM unnest(p.polroles) AS r) AS roles
 WHERE p.polcmd IN ('a', 'w', '*')
   AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid)) <> 'true'
UNION ALL
SELECT 'row-level security off', format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', c.oid::regclass),
       ARRAY[c.oid::regclass::text]
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
UNION ALL
SELECT 'grant revoked', format('REVOKE %s ON %s FROM %s', acl.privilege_type, c.oid::regclass, acl.grantee::regrole),
       ARRAY[c.oid::regclass::text, acl.grantee::regrole::text, acl.privilege_type]
  FROM pg_class c
 CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p', 'v')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
   AND acl.grantee NOT IN (c.relowner, 0)
UNION ALL
SELECT 'grant revoked',
       format('REVOKE %s (%I) ON %s FROM %s', acl.privilege_type, a.attname, c.oid::regclass, acl.grantee::regrole),
       ARRAY[c.oid::regclass::text, acl.grantee::regrole::text, acl.privilege_type]
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid
 CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
 WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'grant revoked', format('REVOKE %s ON SEQUENCE %s FROM %s', acl.privilege_type, c.oid::regclass, acl.grantee::regrole),
       ARRAY['rfq_requests', acl.grantee::regrole::text]
  FROM pg_class c
 CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind = 'S'
   AND acl.grantee <> c.relowner
UNION ALL
SELECT 'rights of the owner taken', format('ALTER FUNCTION %s SECURITY INVOKER', p.oid::regprocedure), ARRAY[p.proname]
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
UNION ALL
SELECT 'search path left open', format('ALTER FUNCTION %s RESET search_path', p.oid::regprocedure), ARRAY[p.proname]
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND (p.prorettype = 'trigger'::regtype OR p.prosecdef) AND p.proconfig IS NOT NULL
UNION ALL
SELECT 'function open to everybody', format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', p.oid::regprocedure), ARRAY[p.proname]
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND (p.prorettype = 'trigger'::regtype OR p.prosecdef)
UNION ALL
SELECT 'language open to everybody', format('GRANT USAGE ON LANGUAGE %I TO PUBLIC', l.lanname), ARRAY['language']
  FROM pg_language l
 WHERE l.lanname IN ('sql', 'plpgsql')
UNION ALL
SELECT 'audit trigger dropped', format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass),
       ARRAY[t.tgrelid::regclass::text, 'audit', upper(substr(t.tgname, 7))]
  FROM pg_trigger t
 WHERE NOT t.tgisinternal AND t.tgname LIKE 'audit\_%' AND t.tgparentid = 0
 ORDER BY 1, 2
