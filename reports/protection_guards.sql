-- why: what guards rows here: tables with row-level security and their policies, and the triggers of a name.
--      A partition's trigger that its parent's brought along is in it, too: it is switched by itself.
SELECT 'policies' AS kind, n.nspname AS schema, c.relname AS table, ''::name AS name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relrowsecurity
UNION ALL
SELECT 'trigger', n.nspname, c.relname, t.tgname
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT t.tgisinternal
   AND t.tgenabled <> 'D'
   AND t.tgname LIKE %(triggers)s
 ORDER BY 1, 2, 3, 4
