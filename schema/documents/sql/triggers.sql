-- why: triggers with what their functions are for; those that PostgreSQL makes for foreign keys are left out
SELECT c.relname AS "table", t.tgname AS name, p.proname AS function,
       pg_get_triggerdef(t.oid) AS definition,
       coalesce(obj_description(t.oid, 'pg_trigger'), obj_description(t.tgconstraint, 'pg_constraint'),
                obj_description(p.oid, 'pg_proc'), '') AS comment
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE c.relnamespace = 'public'::regnamespace
   AND NOT t.tgisinternal
 ORDER BY "table", name;
