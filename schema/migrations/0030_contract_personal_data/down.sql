-- why: the older release may write in clear again; what is sealed stays sealed

ALTER TABLE accounts ALTER COLUMN contact_name_sealed DROP NOT NULL, ALTER COLUMN email_sealed DROP NOT NULL;
ALTER TABLE accounts
    ADD COLUMN contact_name text,
    ADD COLUMN email text,
    ADD COLUMN phone text,
    ADD CONSTRAINT accounts_contact_name_there CHECK (num_nonnulls(contact_name, contact_name_sealed) > 0),
    ADD CONSTRAINT accounts_email_there CHECK (num_nonnulls(email, email_sealed) > 0);
COMMENT ON COLUMN accounts.contact_name IS 'Person to talk to; personal data';
COMMENT ON COLUMN accounts.email IS 'Address for mail; personal data';
COMMENT ON COLUMN accounts.phone IS 'Number to call; personal data';
COMMENT ON CONSTRAINT accounts_contact_name_there ON accounts IS 'An account has a contact name, in clear or sealed';
COMMENT ON CONSTRAINT accounts_email_there ON accounts IS 'An account has an address for mail, in clear or sealed';
SELECT audit_table('accounts', '{contact_name,email,phone,email_index,phone_index}');
