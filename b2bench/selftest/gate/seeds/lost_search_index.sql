-- why: a migration dropped the index of the full-text search
-- family: lost index
-- class: search_full_text
-- cause: index products_search

-- step: change
DROP INDEX products_search;
