-- case: a cart belongs to an account that exists
-- refused by: carts_account_id_fkey
UPDATE carts SET account_id = 99 WHERE id = 1;

-- case: an account has one current cart
-- refused by: carts_one_current
INSERT INTO carts (account_id, created_at, updated_at) VALUES (1, now(), now());

-- case: an account has one saved cart of a name
-- refused by: carts_one_of_a_name
INSERT INTO carts (account_id, status, name, created_at, updated_at) VALUES (1, 'SAVED', 'Spring', now(), now());

-- case: a saved cart has a name
-- refused by: carts_saved_has_name
UPDATE carts SET name = NULL WHERE id = 2;

-- case: the current cart has none
-- refused by: carts_saved_has_name
UPDATE carts SET name = 'Mine' WHERE id = 1;

-- case: a line is one of a cart that exists
-- refused by: cart_items_cart_id_fkey
UPDATE cart_items SET cart_id = 99 WHERE id = 1;

-- case: what is in a cart exists
-- refused by: cart_items_variant_id_fkey
UPDATE cart_items SET variant_id = 99 WHERE id = 1;

-- case: a variant stands in a cart once
-- refused by: cart_items_cart_id_variant_id_key
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES (1, 1, 1, now());

-- case: nobody buys nothing
-- refused by: cart_items_quantity_check
UPDATE cart_items SET quantity = 0 WHERE id = 1;
