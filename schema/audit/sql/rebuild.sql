-- why: a table as it was: what is there now, but for each key that was touched since, what the first touch found
WITH since AS MATERIALIZED (
    SELECT e.id, e.operation, e.old_row, e.new_row, {old_key} AS old_key, {new_key} AS new_key
      FROM audit_events e
     WHERE e.table_name = {name}
       AND e.operation <> 'LOAD'
       AND {after}
), touched AS (
    SELECT s.old_key AS key, s.id, s.old_row AS was
      FROM since s
     WHERE s.old_row IS NOT NULL
    UNION ALL
    -- a key that was not there, or another row's that had gone before
    SELECT s.new_key, s.id, NULL
      FROM since s
     WHERE s.new_row IS NOT NULL
       AND (s.old_row IS NULL OR s.old_key <> s.new_key)
), before AS (
    SELECT DISTINCT ON (t.key) t.key, t.was
      FROM touched t
     ORDER BY t.key, t.id
), present AS (
    SELECT {row_key} AS key, n.j
      FROM (SELECT to_jsonb(r) - {left_out}::text[] AS j FROM {table} r) AS n
), rebuilt AS (
    SELECT p.j
      FROM present p
     WHERE NOT EXISTS (SELECT FROM before b WHERE b.key = p.key)
    UNION ALL
    SELECT b.was
      FROM before b
     WHERE b.was IS NOT NULL
)
SELECT r.*
  FROM rebuilt
 CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, rebuilt.j) AS r
 ORDER BY {order}
