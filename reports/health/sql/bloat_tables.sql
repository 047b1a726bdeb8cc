-- why: pages that a table has, and pages that its rows would fill by their mean width; from statistics alone,
-- so it locks nothing and reads no table, and it is an estimate
WITH columns AS (
    SELECT c.oid,
           format('%I.%I', n.nspname, c.relname) AS name,
           c.reltuples::float8 AS rows,
           c.relpages::bigint AS pages,
           coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions)
                      WHERE option_name = 'fillfactor'), 100) AS fillfactor,
           bool_and(has_column_privilege(c.oid, a.attnum, 'SELECT')) AS is_readable,
           bool_and(s.avg_width IS NOT NULL) AS is_analyzed,
           bool_or(s.null_frac > 0) AS has_nulls,
           count(*) AS width_columns,
           sum((1 - s.null_frac) * s.avg_width) AS width
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_stats s
        ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
       AND NOT s.inherited
     WHERE c.relkind IN ('r', 'm')
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND n.nspname NOT LIKE 'pg\_temp%'
     GROUP BY c.oid, n.nspname, c.relname, c.reltuples, c.relpages, c.reloptions
), sized AS (
    -- the header of a row is 23 bytes, with a bit for each column where one is null; row and header
    -- are filled up to 8 bytes, and a pointer of 4 bytes leads to it
    SELECT *,
           current_setting('block_size')::int AS block,
           4 + 8 * ceil((23 + CASE WHEN has_nulls THEN ceil(width_columns / 8.0) ELSE 0 END) / 8.0)
             + 8 * ceil(width::numeric / 8) AS row_bytes
      FROM columns
)
SELECT name,
       pages * block AS bytes,
       CASE WHEN rows >= 0 AND is_analyzed
            THEN (ceil(rows * row_bytes / ((block - 24) * fillfactor / 100.0)) * block)::bigint
       END AS expected_bytes,
       is_readable,
       pages = 0 OR rows = 0 AS is_empty
  FROM sized
 ORDER BY pages DESC, name;
