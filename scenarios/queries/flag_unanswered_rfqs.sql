-- why: requests without an answer after 24 hours are flagged, a batch at a time
-- params: limit_rows int
-- role: shop_back_office
-- frequency: batch
-- example: 500

UPDATE rfq_requests r
   SET flagged_at = :as_of
  FROM (SELECT late.id
          FROM rfq_requests late
         WHERE late.answered_at IS NULL
           AND late.flagged_at IS NULL
           AND late.submitted_at <= :as_of - INTERVAL '24 hours'
         ORDER BY late.submitted_at
         LIMIT :limit_rows
           FOR UPDATE SKIP LOCKED) AS unanswered
 WHERE r.id = unanswered.id
RETURNING r.id
