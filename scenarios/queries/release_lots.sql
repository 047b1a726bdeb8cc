-- why: a promise of pieces that expire is taken back, the latest to expire first
-- params: variant_id bigint, location_id bigint, quantity int
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- isolation: read committed
-- retries: 3
-- example: 1,1,1

-- step: lock
SELECT sum(locked.reserved) AS reserved
  FROM (SELECT lot.reserved
          FROM inventory_lots lot
         WHERE lot.variant_id = :variant_id
           AND lot.location_id = :location_id
         ORDER BY lot.id
           FOR NO KEY UPDATE) AS locked;

-- step: release
UPDATE inventory_lots lot
   SET reserved = lot.reserved - least(lot.reserved, :quantity - queue.before), updated_at = :as_of
  FROM (SELECT l.id,
               sum(l.reserved) OVER last_out - l.reserved AS before,
               sum(l.reserved) OVER () AS reserved
          FROM inventory_lots l
         WHERE l.variant_id = :variant_id
           AND l.location_id = :location_id
           AND l.reserved > 0
        WINDOW last_out AS (ORDER BY l.expires_on DESC, l.id DESC)) AS queue
 WHERE lot.id = queue.id
   AND queue.before < :quantity
   AND queue.reserved >= :quantity
RETURNING lot.lot, lot.reserved;
