-- why: two indexes that answer the same questions cost twice at every write
-- severity: warning
SELECT spare.indexrelid::regclass::text AS subject,
       format('says what %s says too, in %s', other.indexrelid::regclass, pg_size_pretty(pg_relation_size(spare.indexrelid))) AS message,
       format('DROP INDEX CONCURRENTLY %s', spare.indexrelid::regclass) AS mend
  FROM pg_index spare
  JOIN pg_class c ON c.oid = spare.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_index other ON other.indrelid = spare.indrelid AND other.indexrelid <> spare.indexrelid
  JOIN pg_class o ON o.oid = other.indexrelid AND o.relam = c.relam
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'b2bench_meta', 'b2bench_audit')
   AND spare.indexprs IS NOT DISTINCT FROM other.indexprs
   AND spare.indpred IS NOT DISTINCT FROM other.indpred
   AND spare.indkey::text = other.indkey::text
   AND spare.indnkeyatts = other.indnkeyatts
   AND spare.indclass::text = other.indclass::text
   AND spare.indcollation::text = other.indcollation::text
   AND spare.indoption::text = other.indoption::text
   AND other.indisvalid
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = spare.indexrelid AND k.contype IN ('p', 'u', 'x', 'f'))
   AND (other.indisunique OR NOT spare.indisunique)
   -- of two equal ones the younger is spare
   AND (other.indisunique <> spare.indisunique OR spare.indexrelid > other.indexrelid
        OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = other.indexrelid))
 ORDER BY subject
