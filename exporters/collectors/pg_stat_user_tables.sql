-- why: what each table of this database did; sizes wait for nobody: a table under an exclusive lock has none
SELECT current_database() AS datname,
       s.*,
       io.heap_blks_hit, io.heap_blks_read, io.idx_blks_hit, io.idx_blks_read,
       age(c.relfrozenxid) AS xid_age,
       current_setting('autovacuum_vacuum_threshold')::float8
         + current_setting('autovacuum_vacuum_scale_factor')::float8 * greatest(c.reltuples, 0) AS dead_limit,
       extract(EPOCH FROM greatest(s.last_vacuum, s.last_autovacuum))::float8 AS last_vacuum_s,
       extract(EPOCH FROM greatest(s.last_analyze, s.last_autoanalyze))::float8 AS last_analyze_s,
       CASE WHEN locked.relation IS NULL THEN pg_table_size(c.oid) END AS size_bytes,
       CASE WHEN locked.relation IS NULL THEN pg_indexes_size(c.oid) END AS indexes_bytes
  FROM pg_stat_user_tables s
  JOIN pg_statio_user_tables io USING (relid)
  JOIN pg_class c ON c.oid = s.relid
  LEFT JOIN (SELECT DISTINCT relation
               FROM pg_locks
              WHERE mode = 'AccessExclusiveLock'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) locked
         ON locked.relation = c.oid
