-- why: a row found feeds the row changed, and everybody wants the same one
-- params: id bigint
-- frequency: medium
-- set: lab.account_id = :id
-- isolation: repeatable read
-- retries: 3
-- example: 7

-- step: find -> found_id bigint, quantity int
SELECT quantity, id AS found_id FROM item WHERE id = :id;

-- step: change
UPDATE item SET quantity = :quantity + 1 WHERE id = :found_id;
