-- why: where the JSON log lies, and what a line says as its time when the span begins, in the log's own zone
SELECT pg_current_logfile('jsonlog') AS file,
       to_char((now() - make_interval(secs => %(since_s)s))
               AT TIME ZONE current_setting('log_timezone'), 'YYYY-MM-DD HH24:MI:SS.MS') AS begin,
       current_setting('log_min_duration_statement') AS slow_from;
