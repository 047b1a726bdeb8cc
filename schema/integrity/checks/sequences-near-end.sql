-- why: a sequence that has used up its numbers, or those of its column, stops every insert
-- severity: warning
SELECT s.seqrelid::regclass::text AS subject,
       format('has used %s %% of the numbers that fit', round(100.0 * last.value / least.limit_value, 1)) AS message,
       CASE WHEN least.limit_value < s.seqmax
            THEN format('change the column to bigint: ALTER TABLE %s ALTER COLUMN %I TYPE bigint', d.refobjid::regclass, a.attname)
            ELSE format('raise its end: ALTER SEQUENCE %s AS bigint NO MAXVALUE', s.seqrelid::regclass) END AS mend
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 CROSS JOIN LATERAL (SELECT pg_sequence_last_value(s.seqrelid) AS value) AS last
 CROSS JOIN LATERAL (
       SELECT least(s.seqmax, CASE a.atttypid WHEN 'int4'::regtype THEN 2147483647 WHEN 'int2'::regtype THEN 32767 END) AS limit_value
       ) AS least
 WHERE last.value > 0.8 * least.limit_value
   AND NOT s.seqcycle
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
 ORDER BY subject
