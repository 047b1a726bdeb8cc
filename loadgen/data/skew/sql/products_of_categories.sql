-- why: products by their category's rank, in steps of ranks
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM products AS child
  JOIN categories AS c ON c.id = child.category_id
  LEFT JOIN unnest(%(ranked)s::text[]) WITH ORDINALITY AS r (key, place) ON r.key = c.name
 GROUP BY step
