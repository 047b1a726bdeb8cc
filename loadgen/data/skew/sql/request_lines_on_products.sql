-- why: lines of quotation requests by their product's rank in the query stream, in steps of ranks
SELECT width_bucket(r.place - 1, %(bounds)s::bigint[]) AS step, count(*) AS rows
  FROM rfq_items AS child
  JOIN product_variants AS v ON v.id = child.variant_id
  LEFT JOIN unnest(%(ranked)s::bigint[]) WITH ORDINALITY AS r (key, place) ON r.key = v.product_id
 GROUP BY step
