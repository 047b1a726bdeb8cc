-- why: quotation requests by their number of lines
SELECT family.children, count(*) AS parents
  FROM (SELECT count(child.rfq_id) AS children
          FROM rfq_requests AS parent
          LEFT JOIN rfq_items AS child ON child.rfq_id = parent.id
         GROUP BY parent.id) AS family
 GROUP BY family.children
