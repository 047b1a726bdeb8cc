-- why: accounts by type and tier
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM accounts AS child
  LEFT JOIN unnest(%(ranked)s::text[]) WITH ORDINALITY AS r (key, place)
         ON r.key = concat_ws(' ', child.type, child.tier)
 GROUP BY step
