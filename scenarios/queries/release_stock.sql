-- why: a promise is taken back
-- params: variant_id bigint, location_id bigint, quantity int
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- example: 1,1,1

UPDATE inventory_locations
   SET reserved = reserved - :quantity, updated_at = :as_of
 WHERE variant_id = :variant_id
   AND location_id = :location_id
   AND reserved >= :quantity
RETURNING quantity - reserved AS available
