-- why: suggestions while the buyer is still typing; a range, so that a generic plan uses the index too
-- params: prefix text
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 50
-- example: mar

SELECT p.id, p.title, p.handle
  FROM products p
 WHERE p.title_key >= plain_text(:prefix)
   AND p.title_key < plain_text(:prefix) || U&'\+10FFFF'
   AND p.status = 'ACTIVE'
 ORDER BY p.title_key, p.id
 LIMIT 10
