-- why: which server it is, and how long it has been up
SELECT current_setting('server_version') AS version,
       extract(epoch FROM now() - pg_postmaster_start_time())::float8 AS up_s;
