-- why: the audit has no place for events of a month that was not made, and then nothing can be written at all
-- severity: warning
SELECT 'audit_events' AS subject,
       format('has months up to %s only', to_char(max(part.month), 'YYYY-MM')) AS message,
       'make more: b2bench schema audit extend --months 12' AS mend
  FROM (SELECT to_date(c.relname, '"events_"YYYY_MM') AS month
          FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE i.inhparent = to_regclass('public.audit_events')
           AND n.nspname = 'b2bench_audit'
           AND c.relname ~ '^events_\d{4}_\d{2}$') AS part
HAVING max(part.month) < date_trunc('month', now() AT TIME ZONE 'UTC') + INTERVAL '2 months'
