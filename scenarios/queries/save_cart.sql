-- why: the current cart is put aside under a name, in place of what that name stood for
-- params: account_id bigint, name text
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- isolation: read committed
-- retries: 3
-- example: 1,Project 1

-- step: name_cart -> saved_id bigint
INSERT INTO carts (account_id, status, name, created_at, updated_at)
VALUES (:account_id, 'SAVED', :name, :as_of, :as_of)
    ON CONFLICT (account_id, name) WHERE status = 'SAVED'
    DO UPDATE SET updated_at = excluded.updated_at
RETURNING id AS saved_id;

-- step: empty
DELETE FROM cart_items WHERE cart_id = :saved_id;

-- step: copy
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)
SELECT :saved_id, i.variant_id, i.quantity, :as_of
  FROM carts c
  JOIN cart_items i ON i.cart_id = c.id
 WHERE c.account_id = :account_id
   AND c.status = 'CURRENT'
 ORDER BY i.id;
