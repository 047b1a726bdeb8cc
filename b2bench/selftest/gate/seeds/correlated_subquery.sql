-- why: a subquery for each row instead of one join
-- family: correlated subquery
-- class: own
-- cause: query correlated_subquery
-- params: account_id bigint
-- example: 42

-- step: query
SELECT o.id, count(l.line) AS lines
  FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id
 WHERE o.account_id = :account_id
 GROUP BY o.id;

-- step: changed_query
SELECT o.id, (SELECT count(*) FROM order_lines l WHERE l.order_id + 0 = o.id) AS lines
  FROM orders o
 WHERE o.account_id = :account_id;
