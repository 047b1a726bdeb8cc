-- why: one row for all, one for each vacuum; names of other databases' tables are not known here
SELECT NULL AS datname, NULL AS relname, NULL AS phase, NULL::float8 AS scanned,
       NULL::bigint AS index_vacuum_count,
       (SELECT count(*) FROM pg_stat_progress_vacuum) AS running,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker') AS workers
 UNION ALL
SELECT p.datname::text, coalesce(c.relname::text, p.relid::text), p.phase,
       p.heap_blks_scanned::float8 / nullif(p.heap_blks_total, 0), p.index_vacuum_count, NULL, NULL
  FROM pg_stat_progress_vacuum p
  LEFT JOIN pg_class c ON c.oid = p.relid AND p.datname = current_database()
