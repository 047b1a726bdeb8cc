-- why: takes the indexes away
DROP INDEX technical_specifications_facets, products_title_fuzzy;
