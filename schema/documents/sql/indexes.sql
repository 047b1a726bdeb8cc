-- why: indexes with the constraint that each backs, and the names of its partitions' indexes
SELECT t.relname AS "table", i.relname AS name,
       pg_get_indexdef(x.indexrelid) AS definition,
       ARRAY(
           SELECT pg_get_indexdef(x.indexrelid, place, false)
             FROM generate_series(1, x.indnkeyatts) AS place
            ORDER BY place
       ) AS columns,
       x.indisunique AS "unique",
       coalesce(pg_get_expr(x.indpred, x.indrelid), '') AS predicate,
       coalesce(o.conname, '') AS "constraint",
       CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'x' THEN 'exclusion constraint' ELSE '' END AS backs,
       (SELECT count(*) FROM pg_constraint f WHERE f.conindid = x.indexrelid AND f.contype = 'f' AND f.conparentid = 0) AS referenced,
       ARRAY(
           SELECT part.relname::text
             FROM pg_partition_tree(x.indexrelid) tree
             JOIN pg_class part ON part.oid = tree.relid
            WHERE tree.level > 0
            ORDER BY part.relname
       ) AS partitions,
       coalesce(obj_description(x.indexrelid, 'pg_class'), '') AS comment
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class t ON t.oid = x.indrelid
  LEFT JOIN pg_constraint o ON o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x')
 WHERE t.relnamespace = 'public'::regnamespace
   AND t.relkind IN ('r', 'p', 'm')
   AND NOT t.relispartition
 ORDER BY "table", name;
