-- why: what loading leaves in the audit

-- step: every loaded table left one event with its checksum
SELECT loaded.key AS example,
       1 <> (SELECT count(*)
               FROM audit_events e
              WHERE e.operation = 'LOAD'
                AND e.table_name = loaded.key
                AND e.occurred_at = d.as_of
                AND e.new_row = jsonb_build_object('rows', d.rows -> loaded.key, 'sha256', loaded.value)) AS bad
  FROM b2bench_meta.data_set d
 CROSS JOIN jsonb_each_text(d.table_sha256) AS loaded
 WHERE loaded.key <> 'audit_events';
