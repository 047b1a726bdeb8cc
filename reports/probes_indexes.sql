-- why: the indexes of tables whose state may be looked at
SELECT x.oid, i.indrelid AS table_oid, format('%%I.%%I', n.nspname, x.relname) AS name,
       m.amname AS method, coalesce(o.fillfactor, 90) AS fillfactor,
       pg_relation_size(x.oid) / current_setting('block_size')::int AS pages
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i'
  JOIN pg_namespace n ON n.oid = x.relnamespace
  JOIN pg_am m ON m.oid = x.relam
  LEFT JOIN LATERAL (
       SELECT option_value::int AS fillfactor FROM pg_options_to_table(x.reloptions)
        WHERE option_name = 'fillfactor') AS o ON true
 WHERE i.indrelid = ANY (%(tables)s) AND i.indisvalid
 ORDER BY n.nspname, x.relname;
