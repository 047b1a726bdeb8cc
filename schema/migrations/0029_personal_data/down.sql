-- why: the older release has personal data in clear; here what is sealed cannot be opened, so a placeholder stands for it
-- transaction: each step

-- step: audit
SELECT audit_table('accounts', '{contact_name,email,phone}');

-- step: indexes
DROP INDEX accounts_by_email;
DROP INDEX accounts_by_phone;
DROP TABLE b2bench_meta.key_store;

-- step: loss
UPDATE b2bench_meta.data_set
   SET last_run = 'schema downgrade'
 WHERE EXISTS (SELECT FROM accounts WHERE contact_name IS NULL OR email IS NULL);

-- step: plain
ALTER TABLE accounts
    DROP CONSTRAINT accounts_contact_name_there,
    DROP CONSTRAINT accounts_email_there;
UPDATE accounts
   SET contact_name = coalesce(contact_name, 'sealed'),
       email = coalesce(email, 'account-' || id || '@sealed.invalid')
 WHERE contact_name IS NULL OR email IS NULL;
ALTER TABLE accounts ALTER COLUMN contact_name SET NOT NULL, ALTER COLUMN email SET NOT NULL;

-- step: columns
ALTER TABLE accounts
    DROP COLUMN contact_name_sealed,
    DROP COLUMN email_sealed,
    DROP COLUMN phone_sealed,
    DROP COLUMN address_sealed,
    DROP COLUMN email_index,
    DROP COLUMN phone_index;
