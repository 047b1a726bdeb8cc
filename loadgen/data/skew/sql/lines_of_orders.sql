-- why: orders by their number of lines
SELECT children, count(*) AS parents
  FROM (SELECT count(*) AS children FROM order_lines GROUP BY order_id) AS family
 GROUP BY children
