-- why: carts and their lines

-- case: a buyer fills a cart of its own, changes and empties it
-- about: carts cart_items shop_buyer
-- as: shop_buyer account_id=2
-- ends: changes 1
INSERT INTO carts (account_id, status, name, created_at, updated_at) VALUES (2, 'SAVED', 'Mine', '2026-06-01', '2026-06-01');
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) SELECT id, 1, 2, '2026-06-01' FROM carts;
UPDATE cart_items SET quantity = 3;
DELETE FROM cart_items;

-- case: a buyer opens no cart in another's name
-- about: carts shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO carts (account_id, status, name, created_at, updated_at) VALUES (4, 'SAVED', 'Theirs', '2026-06-01', '2026-06-01');

-- case: a session that does not say for whom it acts opens no cart
-- about: carts shop_buyer
-- as: shop_buyer
-- ends: refused 42501
INSERT INTO carts (account_id, status, name, created_at, updated_at) VALUES (4, 'SAVED', 'Theirs', '2026-06-01', '2026-06-01');

-- case: a buyer who changes all carts changes its own two
-- about: carts shop_buyer
-- as: shop_buyer account_id=1
-- ends: changes 2
UPDATE carts SET updated_at = '2026-06-01';

-- case: a buyer who deletes all carts deletes its own two
-- about: carts shop_buyer
-- as: shop_buyer account_id=1
-- ends: changes 2
DELETE FROM carts;

-- case: a buyer puts no line into another's cart
-- about: cart_items shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES (3, 2, 1, '2026-06-01');

-- case: a buyer who changes all lines changes its own two
-- about: cart_items shop_buyer
-- as: shop_buyer account_id=1
-- ends: changes 2
UPDATE cart_items SET quantity = 1;

-- case: the back office reads every cart and changes none
-- about: carts shop_back_office
-- as: shop_back_office
-- ends: refused 42501
DELETE FROM carts;
