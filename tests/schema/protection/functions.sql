-- why: how each function of the shop runs: for whom, with whose rights, where it looks for tables

SELECT p.oid::regprocedure::text, p.prosecdef, p.prorettype = 'trigger'::regtype,
       has_function_privilege('shop_application', p.oid, 'EXECUTE'),
       coalesce('search_path=public, pg_temp' = ANY (p.proconfig), false),
       pg_get_userbyid(p.proowner)
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 1
