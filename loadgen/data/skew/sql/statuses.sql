-- why: quotation requests by status
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM rfq_requests AS child
  LEFT JOIN unnest(%(ranked)s::text[]) WITH ORDINALITY AS r (key, place) ON r.key = child.status::text
 GROUP BY step
