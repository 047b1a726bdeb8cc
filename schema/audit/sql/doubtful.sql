-- why: transactions that wrote shortly before a moment, and of which nobody knows whether they had ended by then
SELECT DISTINCT e.transaction_id
  FROM audit_events e
 WHERE e.table_name = {name}
   AND e.occurred_at BETWEEN {at}::timestamptz - INTERVAL '1 minute' AND {at}::timestamptz
   AND e.transaction_id > 2
   AND {unknown}
 ORDER BY e.transaction_id
