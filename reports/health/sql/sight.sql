-- why: what the role may see, and where it looks
SELECT quote_ident(current_user) AS role,
       current_database() AS database,
       now() AS at,
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_statistics;
