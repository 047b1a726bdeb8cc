-- why: takes the place of the audit away
DROP TABLE audit_events;
DROP TYPE audit_operation;
