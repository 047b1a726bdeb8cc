-- why: accounts by their number of price rules
SELECT children, count(*) AS parents
  FROM (SELECT count(*) AS children FROM account_pricing GROUP BY account_id) AS family
 GROUP BY children
