-- why: both tables are there
SELECT to_regclass('product_images') IS NOT NULL AND to_regclass('product_catalogs') IS NOT NULL;
