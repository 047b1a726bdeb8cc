-- why: pieces that expire are promised first expired, first out; nothing expired is
-- params: variant_id bigint, location_id bigint, quantity int
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- set: shop.as_of = :as_of
-- isolation: read committed
-- retries: 3
-- example: 1,1,1

-- step: lock
SELECT count(*) AS lots
  FROM (SELECT lot.id
          FROM inventory_lots lot
         WHERE lot.variant_id = :variant_id
           AND lot.location_id = :location_id
         ORDER BY lot.id
           FOR NO KEY UPDATE) AS locked;

-- step: reserve
UPDATE inventory_lots lot
   SET reserved = lot.reserved + least(lot.quantity - lot.reserved, :quantity - queue.before), updated_at = :as_of
  FROM (SELECT l.id,
               sum(l.quantity - l.reserved) OVER first_out - (l.quantity - l.reserved) AS before,
               sum(l.quantity - l.reserved) OVER () AS available
          FROM inventory_lots l
         WHERE l.variant_id = :variant_id
           AND l.location_id = :location_id
           AND l.expires_on > (:as_of AT TIME ZONE 'UTC')::date
           AND l.quantity > l.reserved
        WINDOW first_out AS (ORDER BY l.expires_on, l.id)) AS queue
 WHERE lot.id = queue.id
   AND queue.before < :quantity
   AND queue.available >= :quantity
RETURNING lot.lot, lot.expires_on, lot.reserved;
