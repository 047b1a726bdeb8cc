-- why: a text without description is found, accents do not matter, and search columns are indexed
SELECT count(*) = 2 FROM pg_indexes WHERE indexname IN ('products_search', 'products_fuzzy');
