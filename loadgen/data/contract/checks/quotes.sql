-- why: what was offered

-- step: revisions of a quote count from 1
SELECT rfq_id::text AS example, revision <> place AS bad
  FROM (SELECT rfq_id, revision,
               row_number() OVER (PARTITION BY rfq_id ORDER BY revision) AS place
          FROM quote_revisions) AS each;

-- step: a sent quote is valid for 30 days
SELECT id::text AS example,
       sent_at IS NOT NULL
       AND valid_until IS DISTINCT FROM sent_at + INTERVAL '30 days' AS bad
  FROM quote_revisions;

-- step: the total of a quote is the sum of its lines
SELECT q.id::text AS example, q.total IS DISTINCT FROM summed.total AS bad
  FROM quote_revisions q
  LEFT JOIN (SELECT revision_id, sum(line_total) AS total
               FROM quote_lines
              GROUP BY 1) AS summed ON summed.revision_id = q.id;

-- step: a line of a quote is price times quantity
SELECT revision_id || ', line ' || line AS example,
       abs(line_total - unit_price * quantity) > 0.01 AS bad
  FROM quote_lines;

-- step: a quote offers what was asked for
SELECT offered.id::text AS example, offered.lines <> asked.lines AS bad
  FROM (SELECT q.id, q.rfq_id,
               array_agg((l.variant_id, l.quantity) ORDER BY l.variant_id) AS lines
          FROM quote_revisions q
          JOIN quote_lines l ON l.revision_id = q.id
         GROUP BY 1, 2) AS offered
  JOIN (SELECT rfq_id, array_agg((variant_id, quantity) ORDER BY variant_id) AS lines
          FROM rfq_items
         GROUP BY 1) AS asked USING (rfq_id);

-- step: what is quoted, accepted or expired has a quote
SELECT r.id::text AS example,
       r.status IN ('QUOTED', 'ACCEPTED', 'EXPIRED')
       AND NOT EXISTS (SELECT
                         FROM quote_revisions q
                        WHERE q.rfq_id = r.id) AS bad
  FROM rfq_requests r;

-- step: what is pending or in review for the first time has none
SELECT r.id::text AS example,
       r.status = 'PENDING'
       AND EXISTS (SELECT
                     FROM quote_revisions q
                    WHERE q.rfq_id = r.id) AS bad
  FROM rfq_requests r;

-- step: a quote that is open is still valid
SELECT r.id::text AS example, r.status = 'QUOTED' AND offered.valid_until < d.as_of AS bad
  FROM rfq_requests r
  JOIN (SELECT rfq_id, max(valid_until) AS valid_until
          FROM quote_revisions
         GROUP BY 1) AS offered ON offered.rfq_id = r.id
 CROSS JOIN b2bench_meta.data_set d;
