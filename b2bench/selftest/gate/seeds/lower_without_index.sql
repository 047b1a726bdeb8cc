-- why: a comparison of lower case without an index for it
-- family: expression without index
-- class: own
-- cause: query lower_without_index
-- params: handle text
-- example: no-such-handle

-- step: query
SELECT id, title FROM products WHERE handle = :handle;

-- step: changed_query
SELECT id, title FROM products WHERE lower(handle) = :handle;
