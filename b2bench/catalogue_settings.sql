-- why: the settings of a session that change its plans or the work that is counted. Left out are those that a
--      machine is sized by and that change neither (shared_buffers, huge pages, maintenance_work_mem), those of
--      the write-ahead log and of input and output, and names of time zones. They are listed by name, because
--      the categories of pg_settings are in the server's language.
SELECT 'setting' AS kind, s.name AS identity, current_setting(s.name) AS definition
  FROM pg_settings s
 WHERE s.name ~ '^(enable_|geqo|(seq_page|random_page|cpu_(tuple|index_tuple|operator)|parallel_(setup|tuple))_cost$)'
    OR s.name ~ '^jit(_above_cost|_inline_above_cost|_optimize_above_cost|_expressions|_tuple_deforming)?$'
    OR s.name IN (
           'constraint_exclusion', 'cursor_tuple_fraction', 'default_statistics_target', 'default_toast_compression',
           'effective_cache_size', 'from_collapse_limit', 'gin_fuzzy_search_limit', 'gin_pending_list_limit',
           'hash_mem_multiplier', 'join_collapse_limit', 'max_parallel_workers_per_gather',
           'min_parallel_index_scan_size', 'min_parallel_table_scan_size', 'plan_cache_mode',
           'recursive_worktable_factor', 'row_security', 'search_path', 'session_replication_role',
           'synchronize_seqscans', 'temp_buffers', 'work_mem')
UNION ALL
-- those of extensions are not listed before a session has loaded them; what an application keeps in settings of its
-- own may be a secret, and is left out
SELECT 'setting', given.name, current_setting(given.name, true)
  FROM (SELECT DISTINCT split_part(one, '=', 1) AS name
          FROM pg_db_role_setting r
          JOIN pg_database d ON d.datname = current_database() AND r.setdatabase IN (0, d.oid)
         CROSS JOIN unnest(r.setconfig) AS one
         WHERE r.setrole = 0 OR r.setrole = session_user::regrole) AS given
 WHERE given.name ~ '^(pg_trgm|pg_hint_plan|postgis)\.'
   AND current_setting(given.name, true) IS NOT NULL
UNION ALL
SELECT 'setting', 'database collation',
       concat_ws(' ', d.datcollate, d.datctype, d.datlocprovider,
                 -- it has another name from PostgreSQL 17 on
                 coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
  FROM pg_database d
 WHERE d.datname = current_database();
