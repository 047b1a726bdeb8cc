-- why: all are counted to see whether there is one
-- family: count for existence
-- class: own
-- cause: query count_to_see
-- params: brand text
-- example: Material

-- step: query
SELECT EXISTS (SELECT FROM technical_specifications WHERE name = :brand AND searchable) AS any_there;

-- step: changed_query
SELECT (SELECT count(*) FROM technical_specifications WHERE name = :brand AND searchable) > 0 AS any_there;
