-- why: the beginning of the texts of statements that are new, in one line; the server reads all texts for it. From
-- the first quote on a text is left out: what is no parameter, as in ALTER ROLE, may be a password
SELECT DISTINCT ON (queryid)
       queryid,
       regexp_replace(left(regexp_replace(left(query, 1000), '\s+', ' ', 'g'), 300), '''.*', '''…''')
  FROM pg_stat_statements(true)
 WHERE queryid = ANY(%s::bigint[])
 ORDER BY queryid, query
