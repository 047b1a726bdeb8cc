-- why: a buyer sees its own account and nobody else's; a representative the requests that it answers or could take
-- phase: expand
-- transaction: each step

-- What a policy guards is asked of an index only where the operator is leakproof, and equality of enumerations is
-- not: an index for the states that a query wants serves it all the same.

-- step: pending
CREATE INDEX CONCURRENTLY rfq_requests_pending ON rfq_requests (representative_id, submitted_at)
 WHERE status = 'PENDING';

-- step: in_review
CREATE INDEX CONCURRENTLY rfq_requests_in_review ON rfq_requests (representative_id, submitted_at)
 WHERE status = 'IN_REVIEW';

-- step: in_hand
CREATE INDEX CONCURRENTLY rfq_requests_in_hand ON rfq_requests (representative_id, submitted_at)
 WHERE status IN ('IN_REVIEW', 'QUOTED');

-- step: bought_together
CREATE VIEW bought_together WITH (security_barrier) AS
SELECT own.product_id, companion.product_id AS companion_id, count(DISTINCT beside.order_id) AS orders
  FROM product_variants own
  JOIN order_lines bought ON bought.variant_id = own.id
  JOIN order_lines beside ON beside.order_id = bought.order_id
  JOIN product_variants companion ON companion.id = beside.variant_id
 WHERE companion.product_id <> own.product_id
 GROUP BY own.product_id, companion.product_id;
ALTER VIEW bought_together OWNER TO shop_owner;
GRANT SELECT ON bought_together TO shop_buyer, shop_representative, shop_back_office, shop_reader;
COMMENT ON VIEW bought_together IS 'How many orders hold two products: counted over all accounts, and naming none';
COMMENT ON COLUMN bought_together.product_id IS 'A product';
COMMENT ON COLUMN bought_together.companion_id IS 'Another one in the same orders';
COMMENT ON COLUMN bought_together.orders IS 'How many orders';

-- step: sent_quotes
-- a draft, which the buyer does not see, does not stand between it and the quote that was sent
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
        SELECT * INTO latest
          FROM quote_revisions q
         WHERE q.rfq_id = NEW.id AND q.sent_at IS NOT NULL
         ORDER BY q.revision DESC
         LIMIT 1;
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

-- step: policies
CREATE FUNCTION shop_account_id() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('shop.account_id', true), '')::bigint;
ALTER FUNCTION shop_account_id() OWNER TO shop_owner;
COMMENT ON FUNCTION shop_account_id() IS
    'The account that the transaction works for (shop.account_id); none, and nothing is seen, where it does not say so';

-- A session's function stands in (SELECT …), which is computed once for a statement and not once for a row; equality
-- of bigint and text is leakproof, so that an index on account and key serves policy and query at once.
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_itself ON accounts FOR SELECT TO shop_buyer
    USING (id = (SELECT shop_account_id()) OR auth_id = (SELECT nullif(current_setting('shop.auth_id', true), '')));
CREATE POLICY representative_any ON accounts FOR SELECT TO shop_representative USING (true);
CREATE POLICY back_office_any ON accounts TO shop_back_office USING (true);
CREATE POLICY reader_any ON accounts FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_itself ON accounts IS 'A buyer sees its own account, or the one that it logs in to';
COMMENT ON POLICY representative_any ON accounts IS 'A representative sees the accounts whose requests it answers';
COMMENT ON POLICY back_office_any ON accounts IS 'The back office sees all accounts';
COMMENT ON POLICY reader_any ON accounts IS 'Reports are about all accounts';

ALTER TABLE account_shopify_customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY back_office_any ON account_shopify_customers TO shop_back_office USING (true);
CREATE POLICY sync_any ON account_shopify_customers TO shop_sync USING (true);
CREATE POLICY reader_any ON account_shopify_customers FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY back_office_any ON account_shopify_customers IS 'The back office links all accounts';
COMMENT ON POLICY sync_any ON account_shopify_customers IS 'The synchronisation links all accounts';
COMMENT ON POLICY reader_any ON account_shopify_customers IS 'Reports are about all accounts';

ALTER TABLE account_pricing ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON account_pricing FOR SELECT TO shop_buyer USING (account_id = (SELECT shop_account_id()));
CREATE POLICY representative_any ON account_pricing FOR SELECT TO shop_representative USING (true);
CREATE POLICY back_office_any ON account_pricing TO shop_back_office USING (true);
CREATE POLICY reader_any ON account_pricing FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON account_pricing IS 'A buyer sees the prices agreed with it';
COMMENT ON POLICY representative_any ON account_pricing IS 'A representative quotes at the prices of any account';
COMMENT ON POLICY back_office_any ON account_pricing IS 'The back office agrees prices with all accounts';
COMMENT ON POLICY reader_any ON account_pricing IS 'Reports are about all accounts';

ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON carts TO shop_buyer USING (account_id = (SELECT shop_account_id()));
CREATE POLICY back_office_any ON carts FOR SELECT TO shop_back_office USING (true);
CREATE POLICY reader_any ON carts FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON carts IS 'A buyer has its own carts';
COMMENT ON POLICY back_office_any ON carts IS 'The back office sees all carts';
COMMENT ON POLICY reader_any ON carts IS 'Reports are about all accounts';

-- A line goes with what it is a line of, whose own policies hold in the subquery: of the few carts of an account
-- all keys at once, of its many requests one at a time.
ALTER TABLE cart_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON cart_items TO shop_buyer
    USING (cart_id IN (SELECT c.id FROM carts c));
CREATE POLICY back_office_any ON cart_items FOR SELECT TO shop_back_office USING (true);
CREATE POLICY reader_any ON cart_items FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON cart_items IS 'A buyer has the lines of its own carts';
COMMENT ON POLICY back_office_any ON cart_items IS 'The back office sees all carts';
COMMENT ON POLICY reader_any ON cart_items IS 'Reports are about all accounts';

ALTER TABLE rfq_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON rfq_requests FOR SELECT TO shop_buyer USING (account_id = (SELECT shop_account_id()));
CREATE POLICY buyer_asks ON rfq_requests FOR INSERT TO shop_buyer
    WITH CHECK (account_id = (SELECT shop_account_id()));
CREATE POLICY buyer_decides ON rfq_requests FOR UPDATE TO shop_buyer
    USING (account_id = (SELECT shop_account_id()) AND status = 'QUOTED')
    WITH CHECK (account_id = (SELECT shop_account_id()) AND status IN ('ACCEPTED', 'DECLINED', 'IN_REVIEW'));
-- not written with OR, of which the planner would make two scans of an index and lose its order
CREATE POLICY representative_own_or_free ON rfq_requests FOR SELECT TO shop_representative
    USING (coalesce(representative_id, (SELECT shop_account_id())) = (SELECT shop_account_id()));
CREATE POLICY representative_answers ON rfq_requests FOR UPDATE TO shop_representative
    USING (coalesce(representative_id, (SELECT shop_account_id())) = (SELECT shop_account_id()))
    WITH CHECK (representative_id = (SELECT shop_account_id()) AND status IN ('IN_REVIEW', 'QUOTED', 'DECLINED'));
CREATE POLICY back_office_any ON rfq_requests TO shop_back_office USING (true);
CREATE POLICY reader_any ON rfq_requests FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON rfq_requests IS 'A buyer sees its own requests';
COMMENT ON POLICY buyer_asks ON rfq_requests IS 'A buyer asks in its own name';
COMMENT ON POLICY buyer_decides ON rfq_requests IS 'A buyer accepts a quote, declines it or asks for a revision; it never quotes';
COMMENT ON POLICY representative_own_or_free ON rfq_requests IS
    'A representative sees the requests that it answers, and those that nobody answers yet';
COMMENT ON POLICY representative_answers ON rfq_requests IS
    'A representative takes, quotes and declines in its own name; it never accepts, and hands nothing over';
COMMENT ON POLICY back_office_any ON rfq_requests IS 'The back office assigns, expires and flags all requests';
COMMENT ON POLICY reader_any ON rfq_requests IS 'Reports are about all requests';

ALTER TABLE rfq_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON rfq_items FOR SELECT TO shop_buyer
    USING (EXISTS (SELECT FROM rfq_requests r WHERE r.id = rfq_items.rfq_id));
CREATE POLICY buyer_asks ON rfq_items FOR INSERT TO shop_buyer
    WITH CHECK (EXISTS (SELECT FROM rfq_requests r WHERE r.id = rfq_items.rfq_id AND r.status = 'PENDING'));
CREATE POLICY representative_own_or_free ON rfq_items FOR SELECT TO shop_representative
    USING (EXISTS (SELECT FROM rfq_requests r WHERE r.id = rfq_items.rfq_id));
CREATE POLICY back_office_any ON rfq_items FOR SELECT TO shop_back_office USING (true);
CREATE POLICY reader_any ON rfq_items FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON rfq_items IS 'A buyer sees the lines of its own requests';
COMMENT ON POLICY buyer_asks ON rfq_items IS 'A buyer adds lines to its own requests until somebody looks at them';
COMMENT ON POLICY representative_own_or_free ON rfq_items IS 'A representative sees the lines of the requests that it sees';
COMMENT ON POLICY back_office_any ON rfq_items IS 'The back office sees all requests';
COMMENT ON POLICY reader_any ON rfq_items IS 'Reports are about all requests';

ALTER TABLE rfq_status_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON rfq_status_history FOR SELECT TO shop_buyer
    USING (EXISTS (SELECT FROM rfq_requests r WHERE r.id = rfq_status_history.rfq_id));
CREATE POLICY representative_own_or_free ON rfq_status_history FOR SELECT TO shop_representative
    USING (EXISTS (SELECT FROM rfq_requests r WHERE r.id = rfq_status_history.rfq_id));
CREATE POLICY back_office_any ON rfq_status_history FOR SELECT TO shop_back_office USING (true);
CREATE POLICY reader_any ON rfq_status_history FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON rfq_status_history IS 'A buyer sees the steps of its own requests';
COMMENT ON POLICY representative_own_or_free ON rfq_status_history IS
    'A representative sees the steps of the requests that it sees';
COMMENT ON POLICY back_office_any ON rfq_status_history IS 'The back office sees all requests';
COMMENT ON POLICY reader_any ON rfq_status_history IS 'Reports are about all requests';

ALTER TABLE quote_revisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON quote_revisions FOR SELECT TO shop_buyer
    USING (sent_at IS NOT NULL AND EXISTS (SELECT FROM rfq_requests r WHERE r.id = quote_revisions.rfq_id));
CREATE POLICY representative_own ON quote_revisions TO shop_representative
    USING (EXISTS (SELECT FROM rfq_requests r
                    WHERE r.id = quote_revisions.rfq_id AND r.representative_id = (SELECT shop_account_id())))
    WITH CHECK (EXISTS (SELECT FROM rfq_requests r
                         WHERE r.id = quote_revisions.rfq_id
                           AND r.representative_id = (SELECT shop_account_id())
                           AND r.status = 'IN_REVIEW'));
CREATE POLICY back_office_any ON quote_revisions FOR SELECT TO shop_back_office USING (true);
CREATE POLICY reader_any ON quote_revisions FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON quote_revisions IS 'A buyer sees the quotes that were sent to it, and no drafts';
COMMENT ON POLICY representative_own ON quote_revisions IS 'A representative quotes on the requests that it answers, while they are in review';
COMMENT ON POLICY back_office_any ON quote_revisions IS 'The back office sees all quotes';
COMMENT ON POLICY reader_any ON quote_revisions IS 'Reports are about all quotes';

ALTER TABLE quote_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON quote_lines FOR SELECT TO shop_buyer
    USING (EXISTS (SELECT FROM quote_revisions q WHERE q.id = quote_lines.revision_id));
CREATE POLICY representative_own ON quote_lines TO shop_representative
    USING (EXISTS (SELECT FROM quote_revisions q WHERE q.id = quote_lines.revision_id))
    WITH CHECK (EXISTS (SELECT FROM quote_revisions q WHERE q.id = quote_lines.revision_id AND q.sent_at IS NULL));
CREATE POLICY back_office_any ON quote_lines FOR SELECT TO shop_back_office USING (true);
CREATE POLICY reader_any ON quote_lines FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON quote_lines IS 'A buyer sees the lines of the quotes that were sent to it';
COMMENT ON POLICY representative_own ON quote_lines IS 'A representative sees the lines of its own quotes, and writes those of its drafts';
COMMENT ON POLICY back_office_any ON quote_lines IS 'The back office sees all quotes';
COMMENT ON POLICY reader_any ON quote_lines IS 'Reports are about all quotes';

-- number and total follow from the latest quote, not from one that it replaced: a buyer can neither choose a price nor
-- try which numbers are taken
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON orders FOR SELECT TO shop_buyer USING (account_id = (SELECT shop_account_id()));
CREATE POLICY buyer_accepts ON orders FOR INSERT TO shop_buyer
    WITH CHECK (account_id = (SELECT shop_account_id())
                AND number = 'ORD-Q' || revision_id
                AND EXISTS (SELECT
                              FROM quote_revisions q
                              JOIN rfq_requests r ON r.id = q.rfq_id
                             WHERE q.id = orders.revision_id
                               AND q.total = orders.total
                               AND r.status = 'ACCEPTED'
                               AND NOT EXISTS (SELECT FROM quote_revisions newer
                                                WHERE newer.rfq_id = q.rfq_id AND newer.revision > q.revision)));
CREATE POLICY back_office_any ON orders TO shop_back_office USING (true);
CREATE POLICY reader_any ON orders FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON orders IS 'A buyer sees its own orders';
COMMENT ON POLICY buyer_accepts ON orders IS 'A buyer orders by accepting the latest quote, at its total';
COMMENT ON POLICY back_office_any ON orders IS 'The back office places orders for all accounts';
COMMENT ON POLICY reader_any ON orders IS 'Reports are about all orders';

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY buyer_own ON order_lines FOR SELECT TO shop_buyer
    USING (EXISTS (SELECT FROM orders o WHERE o.id = order_lines.order_id));
CREATE POLICY buyer_accepts ON order_lines FOR INSERT TO shop_buyer
    WITH CHECK (EXISTS (SELECT
                          FROM orders o
                          JOIN quote_lines l ON l.revision_id = o.revision_id
                         WHERE o.id = order_lines.order_id
                           AND (l.line, l.variant_id, l.quantity, l.unit_price, l.line_total)
                             = (order_lines.line, order_lines.variant_id, order_lines.quantity,
                                order_lines.unit_price, order_lines.line_total)));
CREATE POLICY back_office_any ON order_lines TO shop_back_office USING (true);
CREATE POLICY reader_any ON order_lines FOR SELECT TO shop_reader USING (true);
COMMENT ON POLICY buyer_own ON order_lines IS 'A buyer sees the lines of its own orders';
COMMENT ON POLICY buyer_accepts ON order_lines IS 'The lines of an order are those of the quote that was accepted';
COMMENT ON POLICY back_office_any ON order_lines IS 'The back office places orders for all accounts';
COMMENT ON POLICY reader_any ON order_lines IS 'Reports are about all orders';
