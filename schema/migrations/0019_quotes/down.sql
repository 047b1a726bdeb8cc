-- why: quotes without lines, drafts and history
-- transaction: each step

-- step: triggers
DROP TRIGGER order_lines_make_total ON order_lines;
DROP TRIGGER orders_total_of_lines ON orders;
DROP FUNCTION refuse_wrong_order_total();
DROP TRIGGER rfq_requests_begin ON rfq_requests;
DROP FUNCTION refuse_request_begun_elsewhere();
CREATE OR REPLACE FUNCTION refuse_illegal_rfq_transition() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM rfq_transitions t WHERE t.from_status = OLD.status AND t.to_status = NEW.status
    ) THEN
        RAISE EXCEPTION 'a quotation request cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION refuse_illegal_rfq_transition() IS 'Only the steps in rfq_transitions are taken';
DROP TRIGGER quote_revisions_begin ON quote_revisions;
DROP TRIGGER quote_revisions_sent_stays ON quote_revisions;
DROP TRIGGER quote_revisions_send ON quote_revisions;
DROP FUNCTION refuse_quote_sent_at_once();
DROP FUNCTION refuse_changing_sent_quote();
DROP FUNCTION send_quote();
DROP TRIGGER rfq_requests_history ON rfq_requests;
DROP FUNCTION keep_rfq_history();

-- step: tables
DROP TABLE quote_lines, rfq_status_history;
DROP FUNCTION refuse_changing_sent_lines();
DROP FUNCTION refuse_rewriting();
DROP INDEX rfq_requests_unanswered, rfq_requests_open_quotes;
ALTER TABLE rfq_requests DROP CONSTRAINT rfq_requests_updated_later, DROP COLUMN flagged_at;
DELETE FROM quote_revisions WHERE sent_at IS NULL;
ALTER TABLE quote_revisions
    DROP CONSTRAINT quote_revisions_valid_30_days,
    DROP CONSTRAINT quote_revisions_keep_request,
    ALTER COLUMN total DROP DEFAULT,
    ALTER COLUMN sent_at SET NOT NULL,
    ALTER COLUMN valid_until SET NOT NULL;
COMMENT ON TABLE quote_revisions IS 'A quote as it was sent; never changed, replaced by the next revision';
COMMENT ON COLUMN quote_revisions.sent_at IS NULL;
COMMENT ON COLUMN quote_revisions.valid_until IS NULL;
