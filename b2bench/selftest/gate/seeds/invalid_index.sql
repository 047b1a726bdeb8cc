-- why: an index that was built concurrently and failed is not used
-- family: invalid index
-- class: autocomplete
-- cause: index products_title_prefix

-- step: change
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'products_title_prefix'::regclass;
