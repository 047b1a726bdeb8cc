-- why: a dealer pastes a list of SKUs; those that exist go into the current cart
-- params: account_id bigint, skus text[], quantities int[]
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :account_id
-- isolation: read committed
-- retries: 3
-- example: 1,{HW-000001-001},{5}

-- step: open_cart -> cart_id bigint
INSERT INTO carts (account_id, status, created_at, updated_at)
VALUES (:account_id, 'CURRENT', :as_of, :as_of)
    ON CONFLICT (account_id) WHERE status = 'CURRENT'
    DO UPDATE SET updated_at = excluded.updated_at
RETURNING id AS cart_id, created_at = :as_of AS is_new;

-- step: add_lines
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)
SELECT :cart_id, v.id, sum(wanted.quantity), :as_of
  FROM unnest(:skus, :quantities) AS wanted (sku, quantity)
  JOIN product_variants v ON v.sku = wanted.sku AND v.active
 GROUP BY v.id
 ORDER BY v.id
    ON CONFLICT (cart_id, variant_id)
    DO UPDATE SET quantity = cart_items.quantity + excluded.quantity
RETURNING variant_id, quantity;
