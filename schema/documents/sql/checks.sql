-- why: what every row must fulfil, and which rows exclude each other
SELECT t.relname AS "table", o.conname AS name,
       o.contype = 'x' AS exclusion,
       CASE o.contype WHEN 'c' THEN pg_get_expr(o.conbin, o.conrelid) ELSE pg_get_constraintdef(o.oid) END AS definition,
       coalesce(obj_description(o.oid, 'pg_constraint'), '') AS comment
  FROM pg_constraint o
  JOIN pg_class t ON t.oid = o.conrelid
 WHERE o.connamespace = 'public'::regnamespace
   AND o.contype IN ('c', 'x')
   AND o.coninhcount = 0
 ORDER BY "table", exclusion, name;
