-- why: quotes that nobody accepted in time expire, a batch at a time
-- params: expired_by timestamptz
-- role: shop_back_office
-- frequency: batch
-- example: 2026-06-02 00:00+00

UPDATE rfq_requests r
   SET status = 'EXPIRED', updated_at = :expired_by
  FROM (SELECT quoted.id
          FROM rfq_requests quoted
         WHERE quoted.status = 'QUOTED'
           AND NOT EXISTS (SELECT FROM quote_revisions q WHERE q.rfq_id = quoted.id AND q.valid_until > :expired_by)
         ORDER BY quoted.id
         LIMIT 500
           FOR UPDATE SKIP LOCKED) AS stale
 WHERE r.id = stale.id
RETURNING r.id
