-- why: variable products by their number of variants
SELECT family.children, count(*) AS parents
  FROM (SELECT count(child.product_id) AS children
          FROM products AS parent
          LEFT JOIN product_variants AS child ON child.product_id = parent.id
         WHERE parent.type = 'VARIABLE'
         GROUP BY parent.id) AS family
 GROUP BY family.children
