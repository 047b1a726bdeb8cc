-- why: a constraint that was never checked against the rows that were there before it
-- severity: error
SELECT format('%s on %s', o.conname, o.conrelid::regclass) AS subject,
       'was never checked against the rows that were there before it' AS message,
       format('ALTER TABLE %s VALIDATE CONSTRAINT %I', o.conrelid::regclass, o.conname) AS mend
  FROM pg_constraint o
  JOIN pg_namespace n ON n.oid = o.connamespace
 WHERE NOT o.convalidated
   AND o.conrelid <> 0
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
 ORDER BY subject
