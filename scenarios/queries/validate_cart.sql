-- why: what stands between the current cart and an order: stock, minimums, increments, what is no longer sold
-- params: account_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- example: 1

SELECT i.id, v.sku, i.quantity, v.min_order_quantity, v.order_increment, stock.available,
       i.quantity > stock.available AS short,
       i.quantity < v.min_order_quantity AS too_few,
       i.quantity % v.order_increment <> 0 AS broken_pack,
       NOT v.active OR p.status <> 'ACTIVE' OR p.availability = 'DISCONTINUED' AS not_sold
  FROM carts c
  JOIN cart_items i ON i.cart_id = c.id
  JOIN product_variants v ON v.id = i.variant_id
  JOIN products p ON p.id = v.product_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(s.quantity - s.reserved), 0) AS available
         FROM inventory_locations s
        WHERE s.variant_id = i.variant_id) AS stock
 WHERE c.account_id = :account_id
   AND c.status = 'CURRENT'
 ORDER BY i.id
