-- why: runs to its end, then its deferred check fails
-- params: id bigint
-- frequency: medium
-- example: 737373

INSERT INTO pointer (item_id) VALUES (:id);
