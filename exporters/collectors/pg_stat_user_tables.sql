-- why: what each table of this database did; sizes wait for nobody: a table under an exclusive lock has none;
-- bloat is estimated from statistics of an analyze: pages that the rows would fill, of those that there are
WITH widths AS (
  SELECT schemaname, tablename,
         sum((1 - null_frac) * avg_width) AS row_width,
         count(*) AS columns
    FROM pg_stats
   WHERE NOT inherited
   GROUP BY schemaname, tablename
), locked AS (
  SELECT DISTINCT relation
    FROM pg_locks
   WHERE mode = 'AccessExclusiveLock'
     AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), options AS (
  SELECT c.oid,
         coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold'),
                  current_setting('autovacuum_vacuum_threshold'))::float8 AS threshold,
         coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor'),
                  current_setting('autovacuum_vacuum_scale_factor'))::float8 AS scale_factor,
         coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_max_threshold'),
                  current_setting('autovacuum_vacuum_max_threshold', true), '-1')::float8 AS most,
         coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_enabled'),
                  current_setting('autovacuum'))::bool AS is_vacuumed,
         coalesce(max(option_value) FILTER (WHERE option_name = 'fillfactor'), '100')::float8 / 100 AS fill
    FROM pg_class c
    LEFT JOIN LATERAL pg_options_to_table(c.reloptions) ON true
   WHERE c.relkind IN ('r', 'm')
   GROUP BY c.oid
)
SELECT current_database() AS datname,
       s.*,
       io.heap_blks_hit, io.heap_blks_read, io.idx_blks_hit, io.idx_blks_read,
       age(c.relfrozenxid) AS xid_age,
       CASE WHEN o.is_vacuumed
            THEN least(o.threshold + o.scale_factor * greatest(c.reltuples, 0),
                       CASE WHEN o.most >= 0 THEN o.most ELSE 'infinity' END) END AS dead_limit,
       extract(EPOCH FROM greatest(s.last_vacuum, s.last_autovacuum))::float8 AS last_vacuum_s,
       extract(EPOCH FROM greatest(s.last_analyze, s.last_autoanalyze))::float8 AS last_analyze_s,
       CASE WHEN locked.relation IS NULL THEN pg_table_size(c.oid) END AS size_bytes,
       CASE WHEN locked.relation IS NULL THEN pg_indexes_size(c.oid) END AS indexes_bytes,
       CASE WHEN w.row_width IS NOT NULL AND c.reltuples > 0 AND c.relpages > 0
            THEN greatest(0, 1 - ceil(c.reltuples * (4 + 8 * ceil((23 + ceil(w.columns / 8.0)) / 8.0)
                                                       + 8 * ceil(w.row_width / 8.0))
                                      / ((current_setting('block_size')::float8 - 24) * o.fill))
                                 / c.relpages) END AS bloat_ratio
  FROM pg_stat_user_tables s
  JOIN pg_statio_user_tables io USING (relid)
  JOIN pg_class c ON c.oid = s.relid
  JOIN options o ON o.oid = c.oid
  LEFT JOIN locked ON locked.relation = c.oid
  LEFT JOIN widths w ON w.schemaname = s.schemaname AND w.tablename = s.relname
