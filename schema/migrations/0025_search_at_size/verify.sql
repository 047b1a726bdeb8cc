-- why: both can be used
SELECT bool_and(indisvalid) AND count(*) = 2
  FROM pg_index
 WHERE indexrelid IN (to_regclass('technical_specifications_facets'), to_regclass('products_title_fuzzy'));
