-- why: the space of each database that somebody may connect to
SELECT datname,
       pg_database_size(oid) AS size_bytes
  FROM pg_database
 WHERE datallowconn
   AND datconnlimit <> -2
