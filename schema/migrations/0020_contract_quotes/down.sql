-- why: the older release reads total and validity from the request
-- transaction: each step

-- step: columns
ALTER TABLE rfq_requests
    ADD COLUMN quoted_total numeric(14, 2) CHECK (quoted_total >= 0),
    ADD COLUMN valid_until timestamptz;
ALTER TABLE quote_revisions
    ADD CONSTRAINT quote_revisions_valid_later CHECK (valid_until > sent_at),
    ADD CONSTRAINT quote_revisions_rfq_id_fkey FOREIGN KEY (rfq_id) REFERENCES rfq_requests ON DELETE CASCADE;

-- step: fill
UPDATE rfq_requests r
   SET quoted_total = q.total, valid_until = q.valid_until
  FROM (SELECT DISTINCT ON (rfq_id) rfq_id, total, valid_until
          FROM quote_revisions
         WHERE sent_at IS NOT NULL
         ORDER BY rfq_id, revision DESC) q
 WHERE q.rfq_id = r.id;

-- step: rules
ALTER TABLE rfq_requests ADD CONSTRAINT rfq_requests_valid_later CHECK (valid_until > answered_at);
CREATE INDEX rfq_requests_expiring ON rfq_requests (valid_until) WHERE status = 'QUOTED';
