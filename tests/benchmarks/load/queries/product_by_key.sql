-- why: the cheapest statement there is, so that what is left is the client
-- params: id bigint
-- example: 17

SELECT sku FROM products WHERE id = :id;
