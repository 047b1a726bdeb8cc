-- why: accounts are known at Shopify too, and one that answers requests stays a representative
-- phase: expand

CREATE TABLE account_shopify_customers (
    shopify_customer_id bigint      PRIMARY KEY,
    account_id          bigint      NOT NULL REFERENCES accounts ON DELETE CASCADE,
    linked_at           timestamptz NOT NULL
);
CREATE INDEX account_shopify_customers_account ON account_shopify_customers (account_id);
COMMENT ON TABLE account_shopify_customers IS 'Which customers at Shopify an account is; several after a merger';
COMMENT ON COLUMN account_shopify_customers.shopify_customer_id IS 'Id of the customer at Shopify; belongs to one account';
COMMENT ON COLUMN account_shopify_customers.account_id IS 'The account';
COMMENT ON COLUMN account_shopify_customers.linked_at IS 'When the two were linked';

-- FOR SHARE: nobody changes the account's type between this look and the commit
CREATE OR REPLACE FUNCTION refuse_other_than_representative() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accounts a WHERE a.id = NEW.representative_id AND a.type = 'ACCOUNT_REP' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % is not a representative', NEW.representative_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_leaving_requests_behind() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rfq_requests r WHERE r.representative_id = OLD.id) THEN
        RAISE EXCEPTION 'account % answers quotation requests: reassign them first', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION refuse_leaving_requests_behind() IS 'A representative with requests stays one';
CREATE TRIGGER accounts_stays_representative BEFORE UPDATE OF type ON accounts
    FOR EACH ROW WHEN (OLD.type = 'ACCOUNT_REP' AND NEW.type <> 'ACCOUNT_REP')
    EXECUTE FUNCTION refuse_leaving_requests_behind();
COMMENT ON TRIGGER accounts_stays_representative ON accounts IS 'A representative with requests stays one';
