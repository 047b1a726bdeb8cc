-- why: a list that comes as a text is compared with each row
-- family: long list
-- class: own
-- cause: query list_as_text
-- params: ids text
-- example: "1,5,9,77,101,999,5000"

-- step: query
SELECT id, sku FROM product_variants WHERE id = ANY(string_to_array(:ids, ',')::bigint[]);

-- step: changed_query
SELECT id, sku FROM product_variants WHERE id::text = ANY(string_to_array(:ids, ','));
