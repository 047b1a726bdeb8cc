-- why: an index left invalid by a cancelled REINDEX
-- family: invalid index
-- class: audit_history
-- cause: index audit_events_of_record

-- step: change
UPDATE pg_index SET indisvalid = false WHERE indexrelid IN (SELECT relid FROM pg_partition_tree('audit_events_of_record'));
