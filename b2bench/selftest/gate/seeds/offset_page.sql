-- why: a page by OFFSET instead of by key
-- family: OFFSET
-- class: own
-- cause: query offset_page
-- params: after bigint
-- example: 5000

-- step: query
SELECT id, title FROM products WHERE id > :after ORDER BY id LIMIT 24;

-- step: changed_query
SELECT id, title FROM products ORDER BY id LIMIT 24 OFFSET :after;
