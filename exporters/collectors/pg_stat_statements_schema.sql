-- why: the extension may be in a schema that is not looked in; what can be found already stays first
SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident(n.nspname)), false)
  FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements'
   AND n.nspname <> ALL (current_schemas(true))
