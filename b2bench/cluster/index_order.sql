-- why: the planner takes the older of two indexes whose costs are alike

SELECT n.nspname AS schema,
       t.relname AS relation,
       array_agg(i.relname::text ORDER BY i.oid) AS indexes
  FROM pg_index AS x
  JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_class AS t ON t.oid = x.indrelid
  JOIN pg_namespace AS n ON n.oid = t.relnamespace
 WHERE i.relkind = 'i'
   -- those cannot be built again beside themselves
   AND NOT x.indisexclusion
   AND n.nspname <> 'information_schema'
   AND n.nspname NOT LIKE 'pg\_%'
 GROUP BY n.nspname, t.oid
HAVING count(*) > 1
 ORDER BY n.nspname, t.relname;
