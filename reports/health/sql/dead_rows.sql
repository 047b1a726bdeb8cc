-- why: dead rows of each table, and the count at which autovacuum comes, by the table's own options first
SELECT format('%I.%I', n.nspname, c.relname) AS name,
       s.n_dead_tup AS dead,
       s.n_live_tup AS live,
       coalesce((o.kept ->> 'autovacuum_enabled')::bool, true)
           AND current_setting('autovacuum')::bool AS is_vacuumed,
       least(
           coalesce((o.kept ->> 'autovacuum_vacuum_threshold')::float8,
                    current_setting('autovacuum_vacuum_threshold')::float8)
           + coalesce((o.kept ->> 'autovacuum_vacuum_scale_factor')::float8,
                      current_setting('autovacuum_vacuum_scale_factor')::float8)
           * greatest(c.reltuples, 0),
           nullif(coalesce((o.kept ->> 'autovacuum_vacuum_max_threshold')::float8,
                           current_setting('autovacuum_vacuum_max_threshold', true)::float8), -1)
       ) AS comes_at
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_stat_all_tables s ON s.relid = c.oid
  LEFT JOIN LATERAL (
       SELECT jsonb_object_agg(option_name, option_value) AS kept
         FROM pg_options_to_table(c.reloptions)
  ) AS o ON true
 WHERE c.relkind IN ('r', 'm', 't')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_temp%'
   AND n.nspname NOT LIKE 'pg\_toast\_temp%'
 ORDER BY s.n_dead_tup DESC, name;
