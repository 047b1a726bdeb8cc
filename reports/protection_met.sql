-- why: which guards an execution met, asked in its own transaction and under its own role: the tables that it
--      locked, the policies that hold for the role there, and the triggers of a name on tables that it wrote.
SELECT n.nspname AS schema,
       c.relname AS table,
       CASE WHEN row_security_active(c.oid) THEN
           ARRAY(SELECT p.polname::text
                   FROM pg_policy p
                  WHERE p.polrelid = c.oid
                    AND EXISTS (SELECT FROM unnest(p.polroles) AS r (oid)
                                 WHERE r.oid = 0 OR pg_has_role(r.oid, 'USAGE'))
                  ORDER BY p.polname)
       END AS policies,
       CASE WHEN met.is_written THEN
           ARRAY(SELECT t.tgname::text
                   FROM pg_trigger t
                  WHERE t.tgrelid = c.oid
                    AND NOT t.tgisinternal
                    AND t.tgenabled <> 'D'
                    AND t.tgname LIKE %(triggers)s
                  ORDER BY t.tgname)
           ELSE '{}'
       END AS triggers
  FROM (SELECT l.relation, bool_or(l.mode = 'RowExclusiveLock') AS is_written
          FROM pg_locks l
         WHERE l.pid = pg_backend_pid()
           AND l.locktype = 'relation'
         GROUP BY l.relation) AS met
  JOIN pg_class c ON c.oid = met.relation
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p')
   AND c.oid >= 16384
 ORDER BY n.nspname, c.relname
