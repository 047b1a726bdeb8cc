-- why: a saved cart becomes the current one again; what was in that is replaced
-- params: account_id bigint, name text
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- isolation: read committed
-- retries: 3
-- example: 1,Project 1

-- step: find -> saved_id bigint
SELECT c.id AS saved_id
  FROM carts c
 WHERE c.account_id = :account_id
   AND c.status = 'SAVED'
   AND c.name = :name
   FOR UPDATE;

-- step: open_cart -> cart_id bigint
INSERT INTO carts (account_id, status, created_at, updated_at)
SELECT s.account_id, 'CURRENT', :as_of, :as_of
  FROM carts s
 WHERE s.id = :saved_id
    ON CONFLICT (account_id) WHERE status = 'CURRENT'
    DO UPDATE SET updated_at = excluded.updated_at
RETURNING id AS cart_id;

-- step: empty
DELETE FROM cart_items i
 WHERE i.cart_id = :cart_id
   AND :saved_id IS NOT NULL;

-- step: copy
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)
SELECT :cart_id, i.variant_id, i.quantity, :as_of
  FROM cart_items i
 WHERE i.cart_id = :saved_id
   AND :cart_id IS NOT NULL
 ORDER BY i.id;
