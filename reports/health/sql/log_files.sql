-- why: JSON logs that were written to in a span of time, the newest first, in the log's folder
SELECT name, size
  FROM pg_ls_logdir()
 WHERE name LIKE '%%.json'
   AND modification >= now() - make_interval(secs => %(since_s)s)
 ORDER BY modification DESC, name DESC;
