-- why: audited tables, as the arguments of their triggers say: what is left out, then the key
SELECT c.relname AS name, (says.arguments)[2:] AS key, (says.arguments)[1]::text[] AS left_out, b.began_at, b.transaction_id
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN b2bench_audit.beginnings b ON b.table_name = c.relname
 CROSS JOIN LATERAL (
       SELECT (string_to_array(encode(t.tgargs, 'escape'), '\000'))[1:t.tgnargs] AS arguments) AS says
 WHERE t.tgname = 'audit_update'
   AND c.relnamespace = 'public'::regnamespace
 ORDER BY c.relname
