-- case: two categories cannot have one address
-- refused by: categories_slug_key
UPDATE categories SET slug = 'locks' WHERE id = 2;

-- case: a category stands under one that exists
-- refused by: categories_parent_id_fkey
UPDATE categories SET parent_id = 99 WHERE id = 2;

-- case: a product stands in a category that exists
-- refused by: products_category_id_fkey
UPDATE products SET category_id = 99 WHERE id = 1;

-- case: two products cannot have one address
-- refused by: products_handle_key
UPDATE products SET handle = 'bolt' WHERE id = 1;

-- case: two products cannot have one SKU
-- refused by: products_sku_key
UPDATE products SET sku = 'P-3' WHERE id = 1;

-- case: two products cannot be one at Shopify
-- refused by: products_shopify_id_key
UPDATE products SET shopify_id = 702 WHERE id = 1;

-- case: nothing is given away
-- refused by: products_price_check
UPDATE products SET price = 0 WHERE id = 1;

-- case: a retail price is positive
-- refused by: products_retail_price_check
UPDATE products SET retail_price = 0 WHERE id = 1;

-- case: a variant is one of a product that exists
-- refused by: product_variants_product_id_fkey
INSERT INTO product_variants (product_id, sku, title, created_at, updated_at) VALUES (99, 'X', 'X', now(), now());

-- case: two variants cannot have one SKU
-- refused by: product_variants_sku_key
UPDATE product_variants SET sku = 'V-1' WHERE id = 1;

-- case: two variants cannot be one at Shopify
-- refused by: product_variants_shopify_variant_id_key
UPDATE product_variants SET shopify_variant_id = 802 WHERE id = 1;

-- case: a variant's own price is positive
-- refused by: product_variants_price_check
UPDATE product_variants SET price = 0 WHERE id = 1;

-- case: a price to compare with is positive
-- refused by: product_variants_compare_at_price_check
UPDATE product_variants SET compare_at_price = -1 WHERE id = 1;

-- case: everything weighs something
-- refused by: product_variants_weight_g_check
UPDATE product_variants SET weight_g = 0 WHERE id = 1;

-- case: at least one piece is ordered
-- refused by: product_variants_min_order_quantity
UPDATE product_variants SET min_order_quantity = 0 WHERE id = 1;

-- case: quantities rise by at least one piece
-- refused by: product_variants_order_increment
UPDATE product_variants SET order_increment = 0 WHERE id = 1;

-- case: an axis is one of a product that exists
-- refused by: product_variant_groups_product_id_fkey
INSERT INTO product_variant_groups (product_id, name, label, input, required, position) VALUES (99, 'x', 'X', 'SELECT', false, 1);

-- case: a product has one axis of a name
-- refused by: product_variant_groups_product_id_name_key
INSERT INTO product_variant_groups (product_id, name, label, input, required, position) VALUES (1, 'finish', 'X', 'SELECT', false, 2);

-- case: positions of axes count from one
-- refused by: product_variant_groups_position_check
UPDATE product_variant_groups SET position = 0 WHERE id = 1;

-- case: an option is one on an axis that exists
-- refused by: product_variant_options_group_id_fkey
INSERT INTO product_variant_options (group_id, value, label, position) VALUES (99, 'x', 'X', 1);

-- case: an axis has one option of a value
-- refused by: product_variant_options_group_id_value_key
UPDATE product_variant_options SET value = 'satin' WHERE id = 2;

-- case: positions of options count from one
-- refused by: product_variant_options_position_check
UPDATE product_variant_options SET position = 0 WHERE id = 1;

-- case: an option does not make a variant cheaper than its product
-- refused by: product_variant_options_price_modifier
UPDATE product_variant_options SET price_modifier = -1 WHERE id = 1;

-- case: a variant has one option on an axis
-- refused by: product_variant_selections_pkey
INSERT INTO product_variant_selections (variant_id, group_id, option_id) VALUES (1, 1, 4);

-- case: what is selected is an option of that axis
-- refused by: product_variant_selections_group_id_option_id_fkey
UPDATE product_variant_selections SET option_id = 3 WHERE variant_id = 1;

-- case: a variant has no option on an axis of another product
-- refused by: product_variant_selections_group_of_product
INSERT INTO product_variant_selections (product_id, variant_id, group_id, option_id) VALUES (1, 1, 2, 3);

-- case: what has an option is a variant that exists
-- refused by: product_variant_selections_variant_of_product
INSERT INTO product_variant_selections (product_id, variant_id, group_id, option_id) VALUES (1, 99, 1, 1);

-- case: no two variants of a product have the same options
-- refused by: product_variants_one_combination
UPDATE product_variant_selections SET option_id = 2 WHERE variant_id = 1;

-- case: a simple product has one variant
-- refused by: product_variants_one_combination
INSERT INTO product_variants (product_id, sku, title, created_at, updated_at) VALUES (2, 'V-2', 'another', now(), now());

-- case: at commit a variant has an option on every required axis
-- refused by: product_variants_required_options
INSERT INTO product_variants (product_id, sku, title, created_at, updated_at) VALUES (1, 'L-3', 'white', now(), now());

-- case: a new axis that is required has an option for every variant at commit
-- refused by: product_variant_groups_required
INSERT INTO product_variant_groups (product_id, name, label, input, position) VALUES (1, 'size', 'Size', 'SELECT', 2);

-- case: the key of a variant's options cannot be written by hand
-- kept by: product_variants_option_key
UPDATE product_variants SET option_key = '{99}' WHERE id = 1;
SELECT option_key = '{1}' FROM product_variants WHERE id = 1;

-- case: a new selection reaches the key of its variant
-- kept by: product_variant_selections_added
INSERT INTO product_variants (id, product_id, sku, title, created_at, updated_at) VALUES (9, 1, 'L-3', 'white', now(), now());
INSERT INTO product_variant_selections (variant_id, group_id, option_id) VALUES (9, 1, 4);
SELECT option_key = '{4}' FROM product_variants WHERE id = 9;

-- case: a changed selection reaches the key of its variant
-- kept by: product_variant_selections_changed
UPDATE product_variant_selections SET option_id = 4 WHERE variant_id = 1;
SELECT option_key = '{4}' FROM product_variants WHERE id = 1;

-- case: a removed selection reaches the key of its variant
-- kept by: product_variant_selections_removed
DELETE FROM product_variant_selections WHERE variant_id = 1;
SELECT option_key = '{}' FROM product_variants WHERE id = 1;

-- case: a selection need not name its product
-- kept by: product_variant_selections_product
INSERT INTO product_variants (id, product_id, sku, title, created_at, updated_at) VALUES (9, 1, 'L-3', 'white', now(), now());
INSERT INTO product_variant_selections (variant_id, group_id, option_id) VALUES (9, 1, 4);
SELECT product_id = 1 FROM product_variant_selections WHERE variant_id = 9;

-- case: a picture is one of a product that exists
-- refused by: product_images_product_id_fkey
INSERT INTO product_images (product_id, position, url) VALUES (99, 1, 'x.jpg');

-- case: a product has one picture in a place
-- refused by: product_images_product_id_position_key
INSERT INTO product_images (product_id, position, url) VALUES (1, 1, 'x.jpg');

-- case: two pictures cannot be one at Shopify
-- refused by: product_images_shopify_image_id_key
INSERT INTO product_images (product_id, position, url, shopify_image_id) VALUES (2, 1, 'x.jpg', 900);

-- case: positions of pictures count from one
-- refused by: product_images_position
UPDATE product_images SET position = 0 WHERE id = 1;

-- case: a picture has a size
-- refused by: product_images_size
UPDATE product_images SET width = 0 WHERE id = 1;

-- case: a data sheet is one of a product that exists
-- refused by: product_catalogs_product_id_fkey
UPDATE product_catalogs SET product_id = 99 WHERE id = 1;

-- case: a product has a data sheet once
-- refused by: product_catalogs_product_id_url_key
INSERT INTO product_catalogs (product_id, title, url, pages, size_bytes, issued_at) VALUES (1, 'Again', 'a.pdf', 1, 1, now());

-- case: a data sheet has a page
-- refused by: product_catalogs_pages
UPDATE product_catalogs SET pages = 0 WHERE id = 1;

-- case: a data sheet has a byte
-- refused by: product_catalogs_size
UPDATE product_catalogs SET size_bytes = 0 WHERE id = 1;
