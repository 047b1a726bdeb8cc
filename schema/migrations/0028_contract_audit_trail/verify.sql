-- why: every business table is audited, what is logged stays, and the log has a place for today
SELECT NOT EXISTS (
           SELECT FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace
              AND c.relkind = 'r'
              AND NOT EXISTS (SELECT FROM pg_depend d
                               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
              AND 4 > (SELECT count(*) FROM pg_trigger t
                        WHERE t.tgrelid = c.oid AND t.tgenabled <> 'D'
                          AND t.tgname IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')))
   AND NOT EXISTS (
           SELECT FROM pg_class c
            WHERE (c.oid = 'b2bench_audit.seals'::regclass OR c.relispartition)
              AND c.relkind = 'r'
              AND c.relnamespace = 'b2bench_audit'::regnamespace
              AND 2 > (SELECT count(*) FROM pg_trigger t
                        WHERE t.tgrelid = c.oid AND t.tgenabled <> 'D'
                          AND t.tgfoid = 'refuse_rewriting_audit()'::regprocedure))
   AND to_regclass('b2bench_audit.events_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) IS NOT NULL;
