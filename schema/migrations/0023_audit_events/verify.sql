-- why: a record's history is found by an index
SELECT indisvalid FROM pg_index WHERE indexrelid = 'audit_events_of_record'::regclass;
