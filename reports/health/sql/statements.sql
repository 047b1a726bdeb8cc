-- why: how full pg_stat_statements is, and how often it had to forget; without texts, which cost most
SELECT (SELECT count(*) FROM {function}(false)) AS entries,
       current_setting('pg_stat_statements.max')::bigint AS most,
       dealloc AS evictions,
       coalesce(extract(epoch FROM now() - stats_reset), 0)::float8 AS counted_s
  FROM {info};
