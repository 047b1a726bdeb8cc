-- why: the text of statements that are new; one line, normalised by the server
SELECT DISTINCT ON (queryid) queryid, left(regexp_replace(query, '\s+', ' ', 'g'), 300)
  FROM pg_stat_statements
 WHERE queryid = ANY(%s)
