-- why: every foreign key with the tables and columns that it joins, for the search for orphans
SELECT o.conname AS name, cn.nspname AS child_schema, c.relname AS child, pn.nspname AS parent_schema, p.relname AS parent,
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum) AS child_columns,
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM unnest(o.confkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.attnum) AS parent_columns
  FROM pg_constraint o
  JOIN pg_class c ON c.oid = o.conrelid
  JOIN pg_namespace cn ON cn.oid = c.relnamespace
  JOIN pg_class p ON p.oid = o.confrelid
  JOIN pg_namespace pn ON pn.oid = p.relnamespace
 WHERE o.contype = 'f'
   AND o.conparentid = 0
   AND cn.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
 ORDER BY cn.nspname, c.relname, o.conname
