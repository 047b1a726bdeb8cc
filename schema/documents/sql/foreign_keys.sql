-- why: foreign keys, and what happens to a row when the one that it names is deleted
SELECT t.relname AS "table", o.conname AS name, p.relname AS parent,
       ARRAY(
           SELECT a.attname::text
             FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum
            ORDER BY k.place
       ) AS columns,
       ARRAY(
           SELECT a.attname::text
             FROM unnest(o.confkey) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.attnum
            ORDER BY k.place
       ) AS parent_columns,
       CASE o.confdeltype
           WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
           WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION'
       END AS on_delete,
       ARRAY(
           SELECT a.attname::text
             FROM pg_attribute a
            WHERE a.attrelid = o.conrelid AND a.attnum = ANY (o.confdelsetcols)
            ORDER BY a.attnum
       ) AS emptied,
       o.condeferrable AS deferrable,
       coalesce(obj_description(o.oid, 'pg_constraint'), '') AS comment
  FROM pg_constraint o
  JOIN pg_class t ON t.oid = o.conrelid
  JOIN pg_class p ON p.oid = o.confrelid
 WHERE o.connamespace = 'public'::regnamespace
   AND o.contype = 'f'
   AND o.conparentid = 0
 ORDER BY "table", o.conkey, name;
