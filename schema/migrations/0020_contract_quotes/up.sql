-- why: what a quote says stands in its revisions alone; the copy on the request could drift
-- phase: contract

ALTER TABLE rfq_requests DROP COLUMN quoted_total, DROP COLUMN valid_until;
ALTER TABLE quote_revisions DROP CONSTRAINT quote_revisions_rfq_id_fkey, DROP CONSTRAINT quote_revisions_valid_later;
