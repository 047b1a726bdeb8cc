-- why: personal data stand sealed only; what is in clear would go into backups, logs and copies
-- phase: contract

-- nobody writes in clear between the look and the end of the columns
LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE;
DO $$
DECLARE
    in_clear bigint;
BEGIN
    SELECT count(*) INTO in_clear FROM accounts WHERE num_nonnulls(contact_name, email, phone) > 0;
    IF in_clear > 0 THEN
        RAISE EXCEPTION '% accounts hold personal data in clear: run `b2bench schema personal seal` first', in_clear
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;
ALTER TABLE accounts
    DROP CONSTRAINT accounts_contact_name_there,
    DROP CONSTRAINT accounts_email_there,
    DROP COLUMN contact_name,
    DROP COLUMN email,
    DROP COLUMN phone;
-- the lock is held already, and the check that is dropped here said the same of every row
-- squawk-ignore adding-not-nullable-field
ALTER TABLE accounts ALTER COLUMN contact_name_sealed SET NOT NULL;
-- squawk-ignore adding-not-nullable-field
ALTER TABLE accounts ALTER COLUMN email_sealed SET NOT NULL;
SELECT audit_table('accounts', '{email_index,phone_index}');
