-- why: the search makes its document of each row anew
-- family: tsvector per row
-- class: own
-- cause: query tsvector_per_row
-- params: words text
-- example: marine

-- step: query
SELECT count(*) AS found FROM products WHERE search_document @@ to_tsquery('simple', :words);

-- step: changed_query
SELECT count(*) AS found FROM products WHERE to_tsvector('simple', title) @@ to_tsquery('simple', :words);
