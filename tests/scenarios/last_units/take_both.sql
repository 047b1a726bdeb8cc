-- why: a piece of each of two shelves is promised, or of what is left
-- params: first bigint, second bigint, quantity int
-- frequency: hot
-- isolation: read committed
-- retries: 20
-- example: 1,5,1

-- step: first
UPDATE inventory_locations
   SET reserved = reserved + :quantity, updated_at = :as_of
 WHERE variant_id = :first AND location_id = 1
   AND quantity - reserved >= :quantity
RETURNING quantity - reserved AS available;

-- step: second
UPDATE inventory_locations
   SET reserved = reserved + :quantity, updated_at = :as_of
 WHERE variant_id = :second AND location_id = 1
   AND quantity - reserved >= :quantity
RETURNING quantity - reserved AS available;
