-- why: dead rows made a table three times as large
-- family: bloat
-- class: report_price_bands
-- cause: bloat public.products

-- step: change
UPDATE products SET title = title;

UPDATE products SET title = title;

VACUUM products;
