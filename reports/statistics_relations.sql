-- why: the relations that statistics may be of, with their columns and key expressions

SELECT n.nspname AS schema,
       c.relname AS relation,
       c.relkind IN ('r', 'm', 'p') AS holds_rows,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE NOT a.attisdropped) AS columns,
       c.relnatts AS column_count
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I', 'f')
   AND n.nspname <> 'information_schema'
   AND n.nspname NOT LIKE 'pg\_%'
 GROUP BY n.nspname, c.oid
 ORDER BY n.nspname, c.relname;
