-- why: orders and their lines

-- step: the total of an order is the sum of its lines
SELECT o.id::text AS example, o.total IS DISTINCT FROM summed.total AS bad
  FROM orders o
  LEFT JOIN (SELECT order_id, sum(line_total) AS total
               FROM order_lines
              GROUP BY 1) AS summed ON summed.order_id = o.id;

-- step: a line of an order is price times quantity
SELECT order_id || ', line ' || line AS example,
       abs(line_total - unit_price * quantity) > 0.01 AS bad
  FROM order_lines;

-- step: an accepted request has become one order
SELECT r.id::text AS example, coalesce(ordered.times, 0) <> (r.status = 'ACCEPTED')::integer AS bad
  FROM rfq_requests r
  LEFT JOIN (SELECT q.rfq_id, count(*) AS times
               FROM orders o
               JOIN quote_revisions q ON q.id = o.revision_id
              GROUP BY 1) AS ordered ON ordered.rfq_id = r.id;

-- step: an order comes from the last revision of its quote
SELECT o.id::text AS example, q.revision <> newest.revision AS bad
  FROM orders o
  JOIN quote_revisions q ON q.id = o.revision_id
  JOIN (SELECT rfq_id, max(revision) AS revision
          FROM quote_revisions
         GROUP BY 1) AS newest USING (rfq_id);

-- step: an order from a quote is the requesting account's, at the quote's price
SELECT o.id::text AS example,
       o.account_id IS DISTINCT FROM r.account_id
       OR o.total <> q.total AS bad
  FROM orders o
  JOIN quote_revisions q ON q.id = o.revision_id
  JOIN rfq_requests r ON r.id = q.rfq_id;

-- step: an order from a quote has the quote's lines
SELECT ordered.id::text AS example, ordered.lines <> offered.lines AS bad
  FROM (SELECT o.id, o.revision_id,
               array_agg((l.variant_id, l.quantity, l.unit_price) ORDER BY l.variant_id) AS lines
          FROM orders o
          JOIN order_lines l ON l.order_id = o.id
         WHERE o.revision_id IS NOT NULL
         GROUP BY 1, 2) AS ordered
  JOIN (SELECT revision_id,
               array_agg((variant_id, quantity, unit_price) ORDER BY variant_id) AS lines
          FROM quote_lines
         GROUP BY 1) AS offered USING (revision_id);

-- step: nothing is ordered after the data set's now
SELECT id::text AS example, placed_at > as_of AS bad
  FROM orders
 CROSS JOIN b2bench_meta.data_set;
