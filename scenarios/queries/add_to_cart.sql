-- why: one more of an item in the current cart; the cart is made when there is none
-- params: account_id bigint, variant_id bigint, quantity int
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- retries: 3
-- isolation: read committed
-- example: 1,1,1

-- step: open_cart -> cart_id bigint
INSERT INTO carts (account_id, status, created_at, updated_at)
VALUES (:account_id, 'CURRENT', :as_of, :as_of)
    ON CONFLICT (account_id) WHERE status = 'CURRENT'
    DO UPDATE SET updated_at = excluded.updated_at
RETURNING id AS cart_id;

-- step: add_line
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)
VALUES (:cart_id, :variant_id, :quantity, :as_of)
    ON CONFLICT (cart_id, variant_id)
    DO UPDATE SET quantity = cart_items.quantity + excluded.quantity
RETURNING quantity;
