-- why: what an account has put aside, the newest first
-- params: account_id bigint
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- example: 1

SELECT c.id, c.name, c.updated_at,
       (SELECT count(*) FROM cart_items i WHERE i.cart_id = c.id) AS lines
  FROM carts c
 WHERE c.account_id = :account_id
   AND c.status = 'SAVED'
 ORDER BY c.updated_at DESC, c.id
 LIMIT 50
