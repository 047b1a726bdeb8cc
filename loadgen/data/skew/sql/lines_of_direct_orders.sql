-- why: orders without a quote by their number of lines; the others have their quote's lines
SELECT family.children, count(*) AS parents
  FROM (SELECT count(child.order_id) AS children
          FROM orders AS parent
          LEFT JOIN order_lines AS child ON child.order_id = parent.id
         WHERE parent.revision_id IS NULL
         GROUP BY parent.id) AS family
 GROUP BY family.children
