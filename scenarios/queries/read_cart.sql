-- why: the current cart as its page shows it, with stock
-- params: account_id bigint
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- example: 1

SELECT i.id, i.quantity, v.sku, p.title, v.title AS variant_title,
       (SELECT sum(s.quantity - s.reserved)
          FROM inventory_locations s
         WHERE s.variant_id = i.variant_id) AS available
  FROM carts c
  JOIN cart_items i ON i.cart_id = c.id
  JOIN product_variants v ON v.id = i.variant_id
  JOIN products p ON p.id = v.product_id
 WHERE c.account_id = :account_id
   AND c.status = 'CURRENT'
 ORDER BY i.id
