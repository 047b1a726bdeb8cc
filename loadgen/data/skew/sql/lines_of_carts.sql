-- why: carts, current and saved, by their number of lines
SELECT family.children, count(*) AS parents
  FROM (SELECT count(child.cart_id) AS children
          FROM carts AS parent
          LEFT JOIN cart_items AS child ON child.cart_id = parent.id
         GROUP BY parent.id) AS family
 GROUP BY family.children
