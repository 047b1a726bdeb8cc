-- why: one row about the server, one for each setting that is a number or on or off
SELECT 1 AS one,
       current_setting('server_version') AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       extract(EPOCH FROM pg_postmaster_start_time())::float8 AS start_s,
       (SELECT count(*) FROM pg_settings WHERE pending_restart) AS pending,
       NULL AS name,
       NULL::float8 AS value
 UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, name,
       CASE vartype WHEN 'bool' THEN (setting = 'on')::int
                    ELSE CASE WHEN setting::float8 < 0 THEN setting::float8
                              ELSE setting::float8 * CASE unit WHEN 'B' THEN 1
                                                               WHEN 'kB' THEN 1024
                                                               WHEN '8kB' THEN 8192
                                                               WHEN 'MB' THEN 1048576
                                                               WHEN 'us' THEN 1e-6
                                                               WHEN 'ms' THEN 0.001
                                                               WHEN 's' THEN 1
                                                               WHEN 'min' THEN 60
                                                               WHEN 'h' THEN 3600
                                                               WHEN 'd' THEN 86400
                                                               ELSE 1
                                                      END
                         END
       END
  FROM pg_settings
 WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections', 'shared_buffers',
                'work_mem', 'maintenance_work_mem', 'effective_cache_size', 'max_wal_size', 'min_wal_size',
                'checkpoint_timeout', 'wal_buffers', 'max_slot_wal_keep_size', 'max_replication_slots',
                'max_wal_senders', 'max_locks_per_transaction', 'max_prepared_transactions',
                'autovacuum', 'autovacuum_max_workers', 'autovacuum_freeze_max_age',
                'autovacuum_multixact_freeze_max_age', 'autovacuum_vacuum_scale_factor',
                'autovacuum_vacuum_threshold', 'track_io_timing', 'track_wal_io_timing', 'track_activities',
                'jit', 'fsync', 'synchronous_commit', 'full_page_writes', 'random_page_cost', 'seq_page_cost',
                'max_parallel_workers', 'max_parallel_workers_per_gather', 'max_worker_processes',
                'idle_in_transaction_session_timeout', 'statement_timeout', 'lock_timeout', 'deadlock_timeout',
                'log_min_duration_statement', 'pg_stat_statements.max', 'track_activity_query_size', 'block_size',
                'data_checksums', 'hot_standby_feedback', 'max_standby_streaming_delay')
   AND vartype IN ('bool', 'integer', 'real')
