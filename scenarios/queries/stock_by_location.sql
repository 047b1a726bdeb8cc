-- why: where a variant lies, how much of it is free, and which lot expires first
-- params: variant_id bigint
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- example: 1

SELECT l.name, i.quantity, i.reserved, i.quantity - i.reserved AS available,
       (SELECT min(lot.expires_on)
          FROM inventory_lots lot
         WHERE lot.variant_id = i.variant_id
           AND lot.location_id = i.location_id
           AND lot.expires_on > (:as_of AT TIME ZONE 'UTC')::date
           AND lot.quantity > lot.reserved) AS first_expires_on
  FROM inventory_locations i
  JOIN locations l ON l.id = i.location_id
 WHERE i.variant_id = :variant_id
 ORDER BY l.name
