-- why: takes the links and the guard away
DROP TRIGGER accounts_stays_representative ON accounts;
DROP FUNCTION refuse_leaving_requests_behind();

CREATE OR REPLACE FUNCTION refuse_other_than_representative() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts a WHERE a.id = NEW.representative_id AND a.type = 'ACCOUNT_REP'
    ) THEN
        RAISE EXCEPTION 'account % is not a representative', NEW.representative_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TABLE account_shopify_customers;
