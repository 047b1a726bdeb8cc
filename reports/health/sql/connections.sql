-- why: sessions that count against max_connections; a plain role sees no backend_type, yet that there is a session
SELECT count(*) FILTER (
           WHERE backend_type = 'client backend'
              OR (backend_type IS NULL AND usesysid IS NOT NULL)
       ) AS used,
       current_setting('max_connections')::int AS most,
       current_setting('superuser_reserved_connections')::int AS kept_for_superusers,
       coalesce(current_setting('reserved_connections', true), '0')::int AS kept_for_roles
  FROM pg_stat_activity;
