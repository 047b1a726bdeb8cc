-- why: the shortest request there is
-- params: id bigint
-- frequency: hot
-- slo_ms: 30
-- example: 42

SELECT id, quantity FROM item WHERE id = :id;
