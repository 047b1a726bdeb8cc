-- why: who owns views and routines and who may use them, as statements, for those that had to be made anew
WITH things AS (
    SELECT 'TABLE' AS kind, c.oid, c.oid::regclass::text AS name, c.relowner AS owner, c.relacl AS acl
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'ROUTINE', p.oid, p.oid::regprocedure::text, p.proowner, p.proacl
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.prokind IN ('f', 'p', 'w') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
)
SELECT kind, name, oid, format('ALTER %s %s OWNER TO %s', kind, name, owner::regrole) AS statement
  FROM things
UNION ALL
SELECT t.kind, t.name, t.oid,
       format('GRANT %s ON %s %s TO %s', a.privilege_type, t.kind, t.name,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
  FROM things t CROSS JOIN LATERAL aclexplode(t.acl) AS a
 ORDER BY kind, name, statement;
