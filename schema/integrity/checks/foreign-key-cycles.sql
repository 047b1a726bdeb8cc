-- why: tables that reference each other in a circle cannot be loaded or restored in any order; a tree in one table is none
-- severity: warning
WITH RECURSIVE edges AS (
    SELECT DISTINCT f.conrelid AS child, f.confrelid AS parent
      FROM pg_constraint f
      JOIN pg_namespace n ON n.oid = f.connamespace
     WHERE f.contype = 'f'
       AND f.conrelid <> f.confrelid
       AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
), walks AS (
    SELECT child AS start, parent AS at, ARRAY[child] AS path
      FROM edges
     UNION ALL
    SELECT w.start, e.parent, w.path || e.child
      FROM walks w
      JOIN edges e ON e.child = w.at
     WHERE e.child <> w.start
       AND e.child <> ALL (w.path)
)
SELECT min(w.start)::regclass::text AS subject,
       format('references itself in a circle: %s', string_agg(DISTINCT member::regclass::text, ', ')) AS message,
       'make one of the foreign keys DEFERRABLE INITIALLY DEFERRED, or move it into a table of its own' AS mend
  FROM walks w
 CROSS JOIN unnest(w.path) AS member
 WHERE w.at = w.start
 GROUP BY (SELECT array_agg(m ORDER BY m) FROM unnest(w.path) AS m)
 ORDER BY subject
