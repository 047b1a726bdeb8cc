-- why: buying accounts that the query stream acts for and that are there, in steps of ranks
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM unnest(%(drawn)s::bigint[]) AS d (key)
  LEFT JOIN accounts AS child ON child.id = d.key AND child.type <> 'ACCOUNT_REP'
  LEFT JOIN unnest(%(ranked)s::bigint[]) WITH ORDINALITY AS r (key, place) ON r.key = child.id
 GROUP BY step
