-- why: products by their number of images
SELECT family.children, count(*) AS parents
  FROM (SELECT count(child.product_id) AS children
          FROM products AS parent
          LEFT JOIN product_images AS child ON child.product_id = parent.id
         GROUP BY parent.id) AS family
 GROUP BY family.children
