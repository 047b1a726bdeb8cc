-- why: quotation requests and the way that they took

-- step: a representative is one
SELECT r.id::text AS example, a.type <> 'ACCOUNT_REP' AS bad
  FROM rfq_requests r
  JOIN accounts a ON a.id = r.representative_id;

-- step: who has read a request is its representative
SELECT r.id::text AS example,
       r.representative_id IS NULL
       AND EXISTS (SELECT
                     FROM rfq_status_history h
                    WHERE h.rfq_id = r.id
                      AND h.to_status NOT IN ('PENDING', 'DECLINED')) AS bad
  FROM rfq_requests r;

-- step: every request has lines
SELECT r.id::text AS example,
       NOT EXISTS (SELECT
                     FROM rfq_items i
                    WHERE i.rfq_id = r.id) AS bad
  FROM rfq_requests r;

-- step: the way of a request begins with its submission
SELECT r.id::text AS example,
       first.from_status IS NOT NULL
       OR first.to_status IS DISTINCT FROM 'PENDING'
       OR first.changed_at IS DISTINCT FROM r.submitted_at AS bad
  FROM (SELECT DISTINCT ON (rfq_id) rfq_id, from_status, to_status, changed_at
          FROM rfq_status_history
         ORDER BY rfq_id, id) AS first
  RIGHT JOIN rfq_requests r ON r.id = first.rfq_id;

-- step: the way of a request ends where it stands
SELECT r.id::text AS example, last.to_status IS DISTINCT FROM r.status AS bad
  FROM (SELECT DISTINCT ON (rfq_id) rfq_id, to_status
          FROM rfq_status_history
         ORDER BY rfq_id DESC, id DESC) AS last
  RIGHT JOIN rfq_requests r ON r.id = last.rfq_id;

-- step: no step is left out
SELECT rfq_id::text AS example,
       from_status <> before
       OR (from_status IS NULL) <> (before IS NULL) AS bad
  FROM (SELECT rfq_id, from_status,
               lag(to_status) OVER (PARTITION BY rfq_id ORDER BY id) AS before
          FROM rfq_status_history) AS each;

-- step: every step is a legal one
SELECT h.id::text AS example, h.from_status IS NOT NULL AND t.to_status IS NULL AS bad
  FROM rfq_status_history h
  LEFT JOIN rfq_transitions t USING (from_status, to_status);

-- step: steps follow each other in time
SELECT rfq_id::text AS example, changed_at < before AS bad
  FROM (SELECT rfq_id, changed_at,
               lag(changed_at) OVER (PARTITION BY rfq_id ORDER BY id) AS before
          FROM rfq_status_history) AS each;

-- step: nothing happens after the data set's now
SELECT id::text AS example, changed_at > as_of AS bad
  FROM rfq_status_history
 CROSS JOIN b2bench_meta.data_set;

-- step: a request was answered within 24 hours or flagged
SELECT r.id::text AS example,
       r.flagged_at IS NULL
       AND CASE
           -- requests are flagged on working days at noon; "now" is Monday noon, so last on Friday
           WHEN r.answered_at IS NULL
           THEN r.submitted_at < d.as_of - INTERVAL '96 hours'
                AND r.status IN ('PENDING', 'IN_REVIEW')
           ELSE r.answered_at - r.submitted_at > INTERVAL '24 hours'
           END AS bad
  FROM rfq_requests r
 CROSS JOIN b2bench_meta.data_set d;

-- step: every step left an audit event
SELECT way.rfq_id::text AS example, audit.events IS DISTINCT FROM way.steps AS bad
  FROM (SELECT rfq_id, count(*) AS steps
          FROM rfq_status_history
         GROUP BY 1) AS way
  LEFT JOIN (SELECT record_key, count(*) AS events
               FROM audit_events
              WHERE table_name = 'rfq_requests'
                AND operation <> 'LOAD'
              GROUP BY 1) AS audit ON audit.record_key = way.rfq_id::text;
