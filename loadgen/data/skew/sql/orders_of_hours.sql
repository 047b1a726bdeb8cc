-- why: orders without a quote by part of the day; the others follow their quote
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM orders AS child
 CROSS JOIN LATERAL (SELECT extract(hour FROM child.placed_at AT TIME ZONE 'UTC')::int / 4 * 4 AS hour) AS h
  LEFT JOIN unnest(%(ranked)s::text[]) WITH ORDINALITY AS r (key, place)
         ON r.key = format('%%s to %%s h', h.hour, h.hour + 4)
 WHERE child.revision_id IS NULL
 GROUP BY step
