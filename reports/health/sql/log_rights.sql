-- why: functions that read the log and that the role may not call; which of them pg_monitor may differs by version
SELECT function AS name
  FROM unnest(ARRAY['pg_current_logfile(text)',
                    'pg_ls_logdir()',
                    'pg_read_binary_file(text, bigint, bigint, boolean)']) AS function
 WHERE NOT has_function_privilege(function, 'EXECUTE');
