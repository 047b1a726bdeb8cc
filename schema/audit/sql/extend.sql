-- why: makes months ahead, and says up to which one there are
SELECT make_audit_months(span.first, span.last) AS made,
       greatest(span.last, (SELECT max(to_date(c.relname, '"events_"YYYY_MM'))
                              FROM pg_inherits i
                              JOIN pg_class c ON c.oid = i.inhrelid
                             WHERE i.inhparent = 'audit_events'::regclass)) AS last
  FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS first,
               (date_trunc('month', now() AT TIME ZONE 'UTC') + %(months)s * INTERVAL '1 month')::date AS last) AS span
