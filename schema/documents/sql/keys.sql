-- why: primary and unique keys
SELECT t.relname AS "table", o.conname AS name, o.contype = 'p' AS "primary",
       ARRAY(
           SELECT a.attname::text
             FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum
            ORDER BY k.place
       ) AS columns,
       i.indnullsnotdistinct AS null_is_a_value,
       coalesce(obj_description(o.oid, 'pg_constraint'), '') AS comment
  FROM pg_constraint o
  JOIN pg_class t ON t.oid = o.conrelid
  JOIN pg_index i ON i.indexrelid = o.conindid
 WHERE o.connamespace = 'public'::regnamespace
   AND o.contype IN ('p', 'u')
 ORDER BY "table", o.contype, name;
