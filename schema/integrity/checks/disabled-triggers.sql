-- why: a rule that is kept by a trigger is not kept while the trigger is off; that goes for foreign keys too
-- severity: error
SELECT DISTINCT
       CASE WHEN t.tgisinternal THEN format('foreign keys of %s', t.tgrelid::regclass)
            ELSE format('%s on %s', t.tgname, t.tgrelid::regclass) END AS subject,
       'is switched off' AS message,
       format('ALTER TABLE %s ENABLE TRIGGER %s', t.tgrelid::regclass,
              CASE WHEN t.tgisinternal THEN 'ALL' ELSE quote_ident(t.tgname) END) AS mend
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE t.tgenabled = 'D'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'b2bench_meta')
 ORDER BY subject
