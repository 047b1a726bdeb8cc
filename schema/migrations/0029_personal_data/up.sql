-- why: contact name, e-mail, telephone number and address are sealed by the application; equality is asked of blind indexes
-- phase: expand
-- transaction: each step

-- step: columns
-- what the application seals has no fixed length, and is checked for its form only: what is in it nobody sees here
ALTER TABLE accounts
    ADD COLUMN contact_name_sealed bytea,
    ADD COLUMN email_sealed        bytea,
    ADD COLUMN phone_sealed        bytea,
    ADD COLUMN address_sealed      bytea,
    ADD COLUMN email_index         bytea,
    ADD COLUMN phone_index         bytea,
    ADD CONSTRAINT accounts_contact_name_sealed CHECK (
        octet_length(contact_name_sealed) BETWEEN 32 AND 4096
        AND substring(contact_name_sealed FROM 1 FOR 1) = '\x01'
    ) NOT VALID,
    ADD CONSTRAINT accounts_email_sealed CHECK (
        octet_length(email_sealed) BETWEEN 32 AND 4096
        AND substring(email_sealed FROM 1 FOR 1) = '\x01'
    ) NOT VALID,
    ADD CONSTRAINT accounts_phone_sealed CHECK (
        octet_length(phone_sealed) BETWEEN 32 AND 4096
        AND substring(phone_sealed FROM 1 FOR 1) = '\x01'
    ) NOT VALID,
    ADD CONSTRAINT accounts_address_sealed CHECK (
        octet_length(address_sealed) BETWEEN 32 AND 4096
        AND substring(address_sealed FROM 1 FOR 1) = '\x01'
    ) NOT VALID,
    ADD CONSTRAINT accounts_email_index CHECK (octet_length(email_index) = 18) NOT VALID,
    ADD CONSTRAINT accounts_phone_index CHECK (octet_length(phone_index) = 18) NOT VALID;
COMMENT ON COLUMN accounts.contact_name_sealed IS 'Person to talk to; personal data, sealed by the application';
COMMENT ON COLUMN accounts.email_sealed IS 'Address for mail; personal data, sealed by the application';
COMMENT ON COLUMN accounts.phone_sealed IS 'Number to call; personal data, sealed by the application';
COMMENT ON COLUMN accounts.address_sealed IS 'Where the account is; personal data, sealed by the application';
COMMENT ON COLUMN accounts.email_index IS 'Blind index of the address for mail: equality without reading it; none once the key was destroyed';
COMMENT ON COLUMN accounts.phone_index IS 'Blind index of the number to call: equality without reading it; none once the key was destroyed';
COMMENT ON CONSTRAINT accounts_contact_name_sealed ON accounts IS 'A contact name has the form of a sealed value';
COMMENT ON CONSTRAINT accounts_email_sealed ON accounts IS 'An address for mail has the form of a sealed value';
COMMENT ON CONSTRAINT accounts_phone_sealed ON accounts IS 'A telephone number has the form of a sealed value';
COMMENT ON CONSTRAINT accounts_address_sealed ON accounts IS 'An address has the form of a sealed value';
COMMENT ON CONSTRAINT accounts_email_index ON accounts IS 'A blind index has its length';
COMMENT ON CONSTRAINT accounts_phone_index ON accounts IS 'A blind index has its length';

-- step: plain
-- the older release writes in clear and the newer one sealed: every account has one of the two
-- squawk-ignore ban-drop-not-null
ALTER TABLE accounts ALTER COLUMN contact_name DROP NOT NULL;
-- squawk-ignore ban-drop-not-null
ALTER TABLE accounts ALTER COLUMN email DROP NOT NULL;
ALTER TABLE accounts
    ADD CONSTRAINT accounts_contact_name_there CHECK (num_nonnulls(contact_name, contact_name_sealed) > 0) NOT VALID,
    ADD CONSTRAINT accounts_email_there CHECK (num_nonnulls(email, email_sealed) > 0) NOT VALID;
COMMENT ON CONSTRAINT accounts_contact_name_there ON accounts IS 'An account has a contact name, in clear or sealed';
COMMENT ON CONSTRAINT accounts_email_there ON accounts IS 'An account has an address for mail, in clear or sealed';

-- step: validate
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_contact_name_sealed;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_email_sealed;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_phone_sealed;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_address_sealed;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_email_index;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_phone_index;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_contact_name_there;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_email_there;

-- step: emails
CREATE INDEX CONCURRENTLY accounts_by_email ON accounts (email_index);

-- step: phones
CREATE INDEX CONCURRENTLY accounts_by_phone ON accounts (phone_index);

-- step: audit
-- sealed values may be kept, their key can be destroyed; an index tells equality for as long as it is kept
SELECT audit_table('accounts', '{contact_name,email,phone,email_index,phone_index}');

-- step: store
CREATE TABLE b2bench_meta.key_store (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id       text NOT NULL
);
COMMENT ON TABLE b2bench_meta.key_store IS 'Which key store opens the personal data; copies and backups carry it along';
