-- why: takes pictures and data sheets away
DROP TABLE product_catalogs, product_images;
