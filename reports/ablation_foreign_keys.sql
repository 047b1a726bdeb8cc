-- why: foreign keys with the columns that a delete or update of a parent looks rows up by
SELECT f.conname::text AS name,
       f.conrelid::int8 AS table_oid,
       f.conrelid::regclass::text AS table_name,
       f.confrelid::regclass::text AS parent,
       greatest(t.reltuples, 0)::int8 AS rows_estimated,
       ARRAY(SELECT a.attname
               FROM unnest(f.conkey) WITH ORDINALITY AS key (attnum, place)
               JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = key.attnum
              ORDER BY key.place)::text[] AS columns,
       format('CREATE INDEX %sON %s (%s)',
              CASE WHEN t.relkind = 'r' THEN 'CONCURRENTLY ' ELSE '' END,
              f.conrelid::regclass,
              (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY key.place)
                 FROM unnest(f.conkey) WITH ORDINALITY AS key (attnum, place)
                 JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = key.attnum)) AS index_creation
  FROM pg_constraint f
  JOIN pg_class t ON t.oid = f.conrelid
  JOIN pg_namespace n ON n.oid = f.connamespace
 WHERE f.contype = 'f'
   AND f.conparentid = 0
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
 ORDER BY table_name, name
