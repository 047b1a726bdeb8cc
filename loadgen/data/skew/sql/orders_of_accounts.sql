-- why: orders by their account's rank in the query stream, in steps of ranks
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM orders AS child
  LEFT JOIN unnest(%(ranked)s::bigint[]) WITH ORDINALITY AS r (key, place) ON r.key = child.account_id
 GROUP BY step
