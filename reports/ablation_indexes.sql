-- why: every index that an ablation drops, as one unit with its partitions, and what is needed to drop it
SELECT i.indexrelid::int8 AS oid,
       i.indexrelid::regclass::text AS name,
       i.indrelid::int8 AS table_oid,
       i.indrelid::regclass::text AS table_name,
       t.relkind = 'm' AS is_view,
       greatest(t.reltuples, 0)::int8 AS rows_estimated,
       am.amname AS method,
       pg_get_indexdef(i.indexrelid) AS definition,
       CASE k.contype
            WHEN 'p' THEN 'primary key'
            WHEN 'u' THEN 'unique constraint'
            WHEN 'x' THEN 'exclusion constraint'
            ELSE CASE WHEN i.indisunique THEN 'unique index' ELSE 'index' END
       END AS kind,
       coalesce(k.conname, '')::text AS constraint_name,
       i.indisvalid AS is_valid,
       i.indisready AS is_ready,
       i.indisunique AS is_unique,
       i.indisreplident AS is_identity,
       coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
               FROM generate_series(1, i.indnkeyatts) AS n
              ORDER BY n) AS keys,
       -- operator class, collation and order: what a key is sorted by beside its column
       ARRAY(SELECT format('%s %s %s', i.indclass[n], i.indcollation[n], i.indoption[n])
               FROM generate_series(0, i.indnkeyatts - 1) AS n
              ORDER BY n) AS orders,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
               FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS n
              ORDER BY n) AS included,
       ARRAY(SELECT coalesce(a.attname, '')
               FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (attnum, place)
               LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.attnum AND key.attnum > 0
              WHERE key.place <= i.indnkeyatts
              ORDER BY key.place)::text[] AS columns,
       ARRAY(SELECT relid::oid::int8 FROM pg_partition_tree(i.indexrelid)
              UNION SELECT i.indexrelid::int8) AS members,
       leaves.oids AS leaves,
       leaves.size_bytes,
       -- foreign keys that lean on it, and go with it
       ARRAY(SELECT format('%s on %s', f.conname, f.conrelid::regclass)
               FROM pg_constraint f
              WHERE f.contype = 'f' AND f.conparentid = 0 AND f.conindid = i.indexrelid
              ORDER BY 1) AS leaning,
       CASE WHEN k.conname IS NULL
            THEN format('DROP INDEX %s CASCADE', i.indexrelid::regclass)
            ELSE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', i.indrelid::regclass, k.conname)
       END AS removal
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am am ON am.oid = c.relam
  CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(s.oid::int8), '{}') AS oids,
              coalesce(sum(pg_relation_size(s.oid)), 0)::int8 AS size_bytes
         FROM (SELECT relid::oid FROM pg_partition_tree(i.indexrelid) UNION SELECT i.indexrelid) AS part (relid)
         JOIN pg_class s ON s.oid = part.relid AND s.relkind = 'i') AS leaves
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta', 'b2bench_audit')
   AND t.relpersistence <> 't'
   AND NOT c.relispartition
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e')
 ORDER BY table_name, k.contype NULLS LAST, name
