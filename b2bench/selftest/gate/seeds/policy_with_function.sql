-- why: a policy asks a function for each row
-- family: policy
-- class: own
-- cause: policy seed_own on seed_letters
-- params: account_id bigint
-- example: 42
-- role: reader
-- set: shop.account_id = :account_id

-- step: setup
CREATE TABLE seed_letters (id bigint PRIMARY KEY, account_id bigint NOT NULL, subject text NOT NULL) WITH (autovacuum_enabled = off);

INSERT INTO seed_letters SELECT i, i % 500, 'letter ' || i FROM generate_series(1, 20000) AS i;

CREATE INDEX seed_letters_of_account ON seed_letters (account_id);

CREATE FUNCTION seed_may_read(owner bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN owner = nullif(current_setting('shop.account_id', true), '')::bigint;
END $$;

ALTER TABLE seed_letters ENABLE ROW LEVEL SECURITY;

CREATE POLICY seed_own ON seed_letters USING (account_id = (SELECT nullif(current_setting('shop.account_id', true), '')::bigint));

VACUUM ANALYZE seed_letters;

-- step: change
DROP POLICY seed_own ON seed_letters;

CREATE POLICY seed_own ON seed_letters USING (seed_may_read(account_id));

-- step: query
SELECT id, subject FROM seed_letters ORDER BY id;
