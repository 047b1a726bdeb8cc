-- why: how far each sequence has come towards its end, or that of the column which it fills
SELECT format('%I.%I', n.nspname, c.relname) AS name,
       CASE WHEN a.attname IS NULL THEN '' ELSE format('%I.%I.%I', tn.nspname, t.relname, a.attname) END AS filled,
       v.last_value,
       CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END AS begin_value,
       CASE WHEN q.seqincrement > 0
            THEN least(q.seqmax, CASE a.atttypid WHEN 'int2'::regtype THEN 32767
                                                 WHEN 'int4'::regtype THEN 2147483647 END)
            ELSE q.seqmin
       END AS end_value,
       has_sequence_privilege(c.oid, 'SELECT, USAGE') AS is_readable
  FROM pg_sequence q
  JOIN pg_class c ON c.oid = q.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_sequences v ON v.schemaname = n.nspname AND v.sequencename = c.relname
  LEFT JOIN pg_depend d
    ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
   AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  LEFT JOIN pg_class t ON t.oid = a.attrelid
  LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
 WHERE NOT q.seqcycle
 ORDER BY n.nspname, c.relname;
