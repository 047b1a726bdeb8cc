-- why: the columns of an index in another order
-- family: narrowed index
-- class: audit_history
-- cause: index audit_events_of_record

-- step: change
DROP INDEX audit_events_of_record;

CREATE INDEX audit_events_of_record ON audit_events (id, record_key, table_name);
