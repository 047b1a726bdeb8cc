"""The audit trail, read: the history of a record, a table as it was, seals, months made ahead."""
