-- why: the index of a category's page no longer gives the order
-- family: narrowed index
-- class: browse_category
-- cause: index products_browse

-- step: change
DROP INDEX products_browse;

CREATE INDEX products_browse ON products (category_id) WHERE status = 'ACTIVE';
