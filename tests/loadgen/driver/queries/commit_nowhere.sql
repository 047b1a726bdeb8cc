-- why: the commit is what fails
-- params: id bigint
-- frequency: medium
-- isolation: read committed
-- example: 737373

INSERT INTO pointer (item_id, note) VALUES (:id, 'in a transaction');
