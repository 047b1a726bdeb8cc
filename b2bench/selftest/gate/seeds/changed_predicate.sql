-- why: a partial index is for other rows than those asked for
-- family: lost partial predicate
-- class: browse_category
-- cause: index products_browse

-- step: change
DROP INDEX products_browse;

CREATE INDEX products_browse ON products (category_id, title_key, id) WHERE status = 'DRAFT';
