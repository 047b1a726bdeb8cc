-- why: what a schema.prisma says of a database; a partition belongs to its table, and Prisma wants columns

-- step: tables
SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition
   AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
 ORDER BY c.relname COLLATE "C";

-- step: columns
-- a domain is read as what it restricts, an array as a list of its elements
WITH RECURSIVE peeled AS (
    SELECT a.attrelid, a.attnum, a.atttypid AS type_oid, a.atttypmod AS modifier, 0 AS dimensions
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace
       AND a.attnum > 0
       AND NOT a.attisdropped
    UNION ALL
    SELECT p.attrelid, p.attnum,
           CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END,
           CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE p.modifier END,
           p.dimensions + (t.typtype <> 'd')::integer
      FROM peeled p
      JOIN pg_type t ON t.oid = p.type_oid
     WHERE t.typtype = 'd' OR t.typcategory = 'A'
)
SELECT c.relname AS table_name, a.attname AS name,
       format_type(p.type_oid, p.modifier) AS type,
       format_type(a.atttypid, a.atttypmod) AS declared,
       CASE WHEN t.typtype = 'e' AND t.typnamespace = c.relnamespace THEN t.typname END AS enum,
       p.dimensions,
       NOT a.attnotnull AS is_nullable,
       a.attidentity <> '' AS is_identity,
       a.attgenerated <> '' AS is_generated,
       pg_get_expr(d.adbin, d.adrelid) AS default,
       col_description(c.oid, a.attnum) AS comment
  FROM peeled p
  JOIN pg_attribute a USING (attrelid, attnum)
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_type t ON t.oid = p.type_oid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE t.typtype <> 'd'
   AND t.typcategory <> 'A'
 ORDER BY a.attrelid, a.attnum;

-- step: indexes
-- a unique index is unique in whatever order; the order and the payload of any other are all that it is
SELECT t.relname AS table_name, i.relname AS name, m.amname AS method,
       x.indisprimary AS is_primary, x.indisunique AS is_unique,
       k.columns, k.descending, k.operator_classes,
       CASE WHEN x.indisexclusion THEN 'EXCLUDE'
            WHEN x.indpred IS NOT NULL THEN 'partial'
            WHEN x.indexprs IS NOT NULL THEN 'on an expression'
            WHEN m.amname NOT IN ('btree', 'hash', 'gin', 'gist', 'spgist', 'brin') THEN m.amname
            WHEN x.indisunique THEN NULL
            WHEN k.nulls_moved THEN 'NULLS FIRST or LAST'
            WHEN x.indnatts > x.indnkeyatts THEN 'INCLUDE'
       END AS beyond_prisma
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class t ON t.oid = x.indrelid
  JOIN pg_am m ON m.oid = i.relam
 CROSS JOIN LATERAL (
       SELECT array_agg(coalesce(a.attname::text, '') ORDER BY n) AS columns,
              array_agg((x.indoption[n - 1] & 1) = 1 ORDER BY n) AS descending,
              array_agg(
                  CASE WHEN NOT o.opcdefault OR m.amname NOT IN ('btree', 'hash') THEN o.opcname::text END
                  ORDER BY n
              ) AS operator_classes,
              bool_or(((x.indoption[n - 1] & 1) = 1) <> ((x.indoption[n - 1] & 2) = 2)) AS nulls_moved
         FROM generate_series(1, x.indnkeyatts) AS n
         JOIN pg_opclass o ON o.oid = x.indclass[n - 1]
         LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[n - 1]
       ) AS k
 WHERE t.relnamespace = 'public'::regnamespace
   AND x.indisvalid
 ORDER BY i.relname COLLATE "C";

-- step: foreign_keys
-- a key that references a partitioned table has a copy for each partition, with conparentid
SELECT t.relname AS table_name, c.conname AS name,
       CASE WHEN f.relnamespace = t.relnamespace THEN f.relname END AS target_name,
       own.columns, target.columns AS target_columns,
       actions ->> c.confdeltype::text AS on_delete,
       actions ->> c.confupdtype::text AS on_update,
       c.confdelsetcols IS NOT NULL AS sets_some_columns,
       pg_get_constraintdef(c.oid) AS definition
  FROM pg_constraint c
  JOIN pg_class t ON t.oid = c.conrelid
  JOIN pg_class f ON f.oid = c.confrelid
 CROSS JOIN LATERAL (
       SELECT array_agg(a.attname::text ORDER BY n) AS columns
         FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
       ) AS own
 CROSS JOIN LATERAL (
       SELECT array_agg(a.attname::text ORDER BY n) AS columns
         FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, n)
         JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum
       ) AS target
 CROSS JOIN (
       SELECT '{"a": "NoAction", "r": "Restrict", "c": "Cascade", "n": "SetNull", "d": "SetDefault"}'::jsonb
       ) AS names (actions)
 WHERE c.contype = 'f'
   AND c.connamespace = 'public'::regnamespace
   AND c.conparentid = 0
 ORDER BY t.relname COLLATE "C", c.conkey, c.conname COLLATE "C";

-- step: enums
SELECT t.typname AS name,
       array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels,
       obj_description(t.oid, 'pg_type') AS comment
  FROM pg_type t
  JOIN pg_enum e ON e.enumtypid = t.oid
 WHERE t.typnamespace = 'public'::regnamespace
 GROUP BY t.oid, t.typname
 ORDER BY t.typname COLLATE "C";
