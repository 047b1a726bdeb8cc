-- why: refused while it runs
-- params: id bigint
-- frequency: medium
-- example: 424242

INSERT INTO item (id, quantity) VALUES (:id, 0);
