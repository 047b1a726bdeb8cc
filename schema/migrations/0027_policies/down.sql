-- why: every role sees all rows of the tables that it may read
-- transaction: each step

-- step: policies
DROP POLICY buyer_own ON order_lines;
DROP POLICY buyer_accepts ON order_lines;
DROP POLICY back_office_any ON order_lines;
DROP POLICY reader_any ON order_lines;
ALTER TABLE order_lines DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON orders;
DROP POLICY buyer_accepts ON orders;
DROP POLICY back_office_any ON orders;
DROP POLICY reader_any ON orders;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON quote_lines;
DROP POLICY representative_own ON quote_lines;
DROP POLICY back_office_any ON quote_lines;
DROP POLICY reader_any ON quote_lines;
ALTER TABLE quote_lines DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON quote_revisions;
DROP POLICY representative_own ON quote_revisions;
DROP POLICY back_office_any ON quote_revisions;
DROP POLICY reader_any ON quote_revisions;
ALTER TABLE quote_revisions DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON rfq_status_history;
DROP POLICY representative_own_or_free ON rfq_status_history;
DROP POLICY back_office_any ON rfq_status_history;
DROP POLICY reader_any ON rfq_status_history;
ALTER TABLE rfq_status_history DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON rfq_items;
DROP POLICY buyer_asks ON rfq_items;
DROP POLICY representative_own_or_free ON rfq_items;
DROP POLICY back_office_any ON rfq_items;
DROP POLICY reader_any ON rfq_items;
ALTER TABLE rfq_items DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON rfq_requests;
DROP POLICY buyer_asks ON rfq_requests;
DROP POLICY buyer_decides ON rfq_requests;
DROP POLICY representative_own_or_free ON rfq_requests;
DROP POLICY representative_answers ON rfq_requests;
DROP POLICY back_office_any ON rfq_requests;
DROP POLICY reader_any ON rfq_requests;
ALTER TABLE rfq_requests DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON cart_items;
DROP POLICY back_office_any ON cart_items;
DROP POLICY reader_any ON cart_items;
ALTER TABLE cart_items DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON carts;
DROP POLICY back_office_any ON carts;
DROP POLICY reader_any ON carts;
ALTER TABLE carts DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_own ON account_pricing;
DROP POLICY representative_any ON account_pricing;
DROP POLICY back_office_any ON account_pricing;
DROP POLICY reader_any ON account_pricing;
ALTER TABLE account_pricing DISABLE ROW LEVEL SECURITY;
DROP POLICY back_office_any ON account_shopify_customers;
DROP POLICY sync_any ON account_shopify_customers;
DROP POLICY reader_any ON account_shopify_customers;
ALTER TABLE account_shopify_customers DISABLE ROW LEVEL SECURITY;
DROP POLICY buyer_itself ON accounts;
DROP POLICY representative_any ON accounts;
DROP POLICY back_office_any ON accounts;
DROP POLICY reader_any ON accounts;
ALTER TABLE accounts DISABLE ROW LEVEL SECURITY;
DROP FUNCTION shop_account_id();

-- step: sent_quotes
CREATE OR REPLACE FUNCTION refuse_illegal_rfq_transition() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    latest quote_revisions;
BEGIN
    IF NOT EXISTS (
        SELECT FROM rfq_transitions t WHERE t.from_status = OLD.status AND t.to_status = NEW.status
    ) THEN
        RAISE EXCEPTION 'a quotation request cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    IF NEW.status IN ('QUOTED', 'ACCEPTED', 'EXPIRED') THEN
        SELECT * INTO latest FROM quote_revisions q WHERE q.rfq_id = NEW.id ORDER BY q.revision DESC LIMIT 1;
        IF NOT coalesce(CASE NEW.status
                            WHEN 'QUOTED' THEN latest.sent_at >= OLD.updated_at
                            WHEN 'ACCEPTED' THEN latest.valid_until > NEW.updated_at
                            ELSE latest.valid_until <= NEW.updated_at
                        END, false) THEN
            RAISE EXCEPTION 'a quotation request becomes % by a quote that was %', NEW.status,
                CASE NEW.status WHEN 'QUOTED' THEN 'sent since it came into review'
                                WHEN 'ACCEPTED' THEN 'sent and is still valid'
                                ELSE 'sent and is no longer valid' END
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
        END IF;
    END IF;
    IF NEW.status IN ('QUOTED', 'DECLINED') THEN
        NEW.answered_at := coalesce(NEW.answered_at, NEW.updated_at);
    END IF;
    RETURN NEW;
END $$;

-- step: bought_together
DROP VIEW bought_together;

-- step: in_hand
DROP INDEX CONCURRENTLY IF EXISTS rfq_requests_in_hand;

-- step: in_review
DROP INDEX CONCURRENTLY IF EXISTS rfq_requests_in_review;

-- step: pending
DROP INDEX CONCURRENTLY IF EXISTS rfq_requests_pending;
