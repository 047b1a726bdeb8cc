-- why: how far transaction ids and multixacts have gone since each database was last frozen
SELECT datname AS name,
       age(datfrozenxid)::bigint AS transactions,
       mxid_age(datminmxid)::bigint AS multixacts,
       current_setting('autovacuum_freeze_max_age')::bigint AS transactions_forced,
       current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixacts_forced
  FROM pg_database
 ORDER BY datname;
