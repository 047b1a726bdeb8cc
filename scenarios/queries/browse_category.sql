-- why: one page of a category; the key of the last row seen leads to the next page, however deep
-- params: category_id bigint, after_title text, after_id bigint
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- example: 1,"",0

SELECT p.id, p.title, p.title_key, p.vendor, p.handle, p.price, p.availability
  FROM products p
 WHERE p.category_id = :category_id
   AND p.status = 'ACTIVE'
   AND (p.title_key, p.id) > (:after_title, :after_id)
 ORDER BY p.title_key, p.id
 LIMIT 24
