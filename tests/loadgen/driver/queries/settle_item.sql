-- why: another transaction with the same setting, so with the same queryid for it
-- params: id bigint
-- frequency: medium
-- set: lab.account_id = :id
-- example: 8

SELECT quantity FROM item WHERE id = :id AND current_setting('lab.account_id') = (:id)::text;
