-- why: the cheapest statement there is, so that all that shows is the stall
-- params: id bigint
-- frequency: hot
-- example: 17

SELECT label FROM stalled WHERE id = :id;
