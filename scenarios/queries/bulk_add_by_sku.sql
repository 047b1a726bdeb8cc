-- why: a dealer pastes a list of SKUs; those that exist go into the current cart
-- params: account_id bigint, skus text[], quantities int[]
-- role: buyer
-- frequency: medium
-- slo_ms: 200
-- example: 1,{HW-000001-001},{5}

WITH cart AS (
    INSERT INTO carts (account_id, status, created_at, updated_at)
    VALUES (:account_id, 'CURRENT', :as_of, :as_of)
        ON CONFLICT (account_id) WHERE status = 'CURRENT'
        DO UPDATE SET updated_at = excluded.updated_at
    RETURNING id
)
INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)
SELECT cart.id, v.id, sum(wanted.quantity), :as_of
  FROM cart
 CROSS JOIN unnest(:skus, :quantities) AS wanted (sku, quantity)
  JOIN product_variants v ON v.sku = wanted.sku AND v.active
 GROUP BY cart.id, v.id
 ORDER BY v.id
    ON CONFLICT (cart_id, variant_id)
    DO UPDATE SET quantity = cart_items.quantity + excluded.quantity
RETURNING variant_id, quantity
