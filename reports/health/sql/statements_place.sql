-- why: where pg_stat_statements is installed in this database, and whether the server has loaded it; for every role
SELECT (SELECT n.nspname
          FROM pg_extension e
          JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = 'pg_stat_statements') AS schema,
       current_setting('pg_stat_statements.max', true) IS NOT NULL AS is_loaded;
