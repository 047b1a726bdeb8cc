-- why: what happened to one record, the newest first
-- params: table_name text, record_key text
-- role: shop_reader
-- frequency: low
-- slo_ms: 100
-- example: rfq_requests,1

SELECT e.id, e.operation, e.actor, e.occurred_at, e.old_row, e.new_row
  FROM audit_events e
 WHERE e.table_name = :table_name
   AND e.record_key = :record_key
   AND e.occurred_at <= :as_of
 ORDER BY e.id DESC
 LIMIT 100
