-- why: what the catalogue says of the state of tables, for those of a plan and those that they are partitions of
WITH named AS (
    SELECT c.oid
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname || '.' || c.relname = ANY (%(relations)s) AND c.relkind IN ('r', 'p', 'm')
), tables AS (
    SELECT oid FROM named
     UNION
    SELECT a.relid FROM named CROSS JOIN LATERAL pg_partition_ancestors(named.oid) AS a
)
SELECT c.oid, format('%%I.%%I', n.nspname, c.relname) AS name,
       c.relkind <> 'p' AS is_stored,
       c.reltuples::float8 AS rows_expected, c.relallvisible AS pages_visible,
       pg_relation_size(c.oid) / current_setting('block_size')::int AS pages,
       EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname)
           AS has_statistics,
       coalesce(o.fillfactor, 100) AS fillfactor
  FROM tables t
  JOIN pg_class c ON c.oid = t.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
       SELECT option_value::int AS fillfactor FROM pg_options_to_table(c.reloptions)
        WHERE option_name = 'fillfactor') AS o ON true
 ORDER BY n.nspname, c.relname;
