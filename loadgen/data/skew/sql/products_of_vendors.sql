-- why: products by their vendor's rank, in steps of ranks
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM products AS child
  LEFT JOIN unnest(%(ranked)s::text[]) WITH ORDINALITY AS r (key, place) ON r.key = child.vendor
 GROUP BY step
