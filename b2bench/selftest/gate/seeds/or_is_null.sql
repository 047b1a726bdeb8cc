-- why: a condition that is to be optional
-- family: OR
-- class: own
-- cause: query or_is_null
-- params: account_id bigint
-- example: 42

-- step: query
SELECT id, number FROM orders WHERE account_id = :account_id;

-- step: changed_query
SELECT id, number FROM orders WHERE coalesce(account_id, 0) = :account_id OR (account_id IS NULL AND :account_id = 0);
