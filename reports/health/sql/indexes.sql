-- why: every index with its size as VACUUM saw it last and how often it was used; one of a partitioned table
-- stands for its parts; nothing here waits for a lock on a table
WITH RECURSIVE members (root, member) AS (
    SELECT x.oid, x.oid
      FROM pg_class x
      JOIN pg_namespace n ON n.oid = x.relnamespace
     WHERE x.relkind IN ('i', 'I')
       AND NOT x.relispartition
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND n.nspname NOT LIKE 'pg\_t%'
     UNION ALL
    SELECT m.root, h.inhrelid
      FROM members m
      JOIN pg_inherits h ON h.inhparent = m.member
), counted AS (
    SELECT m.root,
           sum(greatest(x.relpages, 0))::bigint * current_setting('block_size')::int AS bytes,
           sum(pg_stat_get_numscans(m.member))::bigint AS scans,
           sum(t.seq_scan + coalesce(t.idx_scan, 0))::bigint AS table_reads
      FROM members m
      JOIN pg_class x ON x.oid = m.member
      JOIN pg_index i ON i.indexrelid = m.member
      LEFT JOIN pg_stat_all_tables t ON t.relid = i.indrelid
     GROUP BY m.root
)
SELECT format('%I.%I', n.nspname, x.relname) AS name,
       format('%I.%I', tn.nspname, c.relname) AS table_name,
       k.bytes,
       coalesce(k.scans, 0) AS scans,
       coalesce(k.table_reads, 0) AS table_reads,
       i.indisvalid AS is_valid,
       x.relkind = 'I' AS is_partitioned,
       i.indisunique AS is_unique,
       i.indisexclusion OR i.indisreplident AS is_needed,
       coalesce((SELECT quote_ident(o.conname) FROM pg_constraint o
                  WHERE o.conindid = x.oid AND o.contype IN ('p', 'u', 'x')), '') AS constraint_name,
       EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = x.oid) AS is_being_built,
       EXISTS (
           SELECT FROM pg_constraint f
            WHERE f.conrelid = i.indrelid
              AND f.contype = 'f'
              AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
       ) AS supports_foreign_key,
       -- the same in everything but its name; where an expression stood in its text does not matter
       md5(concat_ws('|', i.indrelid, x.relam, i.indnkeyatts, i.indkey, i.indclass, i.indcollation,
                     i.indoption,
                     regexp_replace(coalesce(i.indexprs::text, ''), ':location -?\d+', '', 'g'),
                     regexp_replace(coalesce(i.indpred::text, ''), ':location -?\d+', '', 'g')
       )) AS form
  FROM counted k
  JOIN pg_class x ON x.oid = k.root
  JOIN pg_index i ON i.indexrelid = k.root
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = x.relnamespace
  JOIN pg_namespace tn ON tn.oid = c.relnamespace
 ORDER BY k.bytes DESC, name;
