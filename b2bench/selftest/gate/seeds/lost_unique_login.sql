-- why: the unique rule of the login went
-- family: lost constraint
-- class: account_by_auth_id
-- cause: constraint accounts_auth_id_key on accounts

-- step: change
ALTER TABLE accounts DROP CONSTRAINT accounts_auth_id_key;
