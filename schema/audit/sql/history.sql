-- why: all that happened to one record, the newest first, and when its table was loaded
SELECT e.id, e.operation::text AS operation, e.actor, e.occurred_at, e.transaction_id, e.old_row, e.new_row
  FROM audit_events e
 WHERE e.table_name = %(table)s
   AND (e.record_key = %(key)s OR e.record_key IS NULL)
 ORDER BY e.id DESC
