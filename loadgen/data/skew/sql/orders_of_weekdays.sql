-- why: orders without a quote by day of the week; the others follow their quote
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM orders AS child
  LEFT JOIN unnest(%(ranked)s::text[]) WITH ORDINALITY AS r (key, place)
         ON r.key = to_char(child.placed_at AT TIME ZONE 'UTC', 'Dy')
 WHERE child.revision_id IS NULL
 GROUP BY step
