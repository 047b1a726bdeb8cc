-- why: statistics know the average row, the query stream asks for the wanted one
WITH busy AS (
    SELECT account_id, count(*) AS draws FROM unnest(%(accounts)s::bigint[]) AS d (account_id) GROUP BY account_id
), wanted AS (
    SELECT product_id, count(*) AS draws FROM unnest(%(products)s::bigint[]) AS d (product_id) GROUP BY product_id
), buyer AS (
    SELECT a.id, coalesce(busy.draws, 0) AS draws
      FROM accounts AS a
      LEFT JOIN busy ON busy.account_id = a.id
     WHERE a.type <> 'ACCOUNT_REP'
), product AS (
    SELECT p.id, coalesce(wanted.draws, 0) AS draws
      FROM products AS p
      LEFT JOIN wanted ON wanted.product_id = p.id
), line AS (
    SELECT v.product_id FROM order_lines AS l JOIN product_variants AS v ON v.id = l.variant_id
), cart_line AS (
    SELECT v.product_id FROM cart_items AS l JOIN product_variants AS v ON v.id = l.variant_id
), counted (place, what, parent, children) AS (
    SELECT 1, 'price rules of an account', account_id, count(*) FROM account_pricing GROUP BY account_id
    UNION ALL
    SELECT 2, 'quotation requests of an account', account_id, count(*) FROM rfq_requests GROUP BY account_id
    UNION ALL
    SELECT 3, 'orders of an account', account_id, count(*) FROM orders GROUP BY account_id
    UNION ALL
    SELECT 4, 'lines in the current cart of an account', c.account_id, count(*)
      FROM carts AS c
      JOIN cart_items AS i ON i.cart_id = c.id
     WHERE c.status = 'CURRENT'
     GROUP BY c.account_id
    UNION ALL
    SELECT 5, 'variants of a product', product_id, count(*) FROM product_variants GROUP BY product_id
    UNION ALL
    SELECT 6, 'specifications of a product', product_id, count(*) FROM technical_specifications GROUP BY product_id
    UNION ALL
    SELECT 7, 'price rules for a product', product_id, count(*) FROM account_pricing GROUP BY product_id
    UNION ALL
    SELECT 8, 'order lines with a product', product_id, count(*) FROM line GROUP BY product_id
    UNION ALL
    SELECT 9, 'cart lines with a product', product_id, count(*) FROM cart_line GROUP BY product_id
), parent (place, id, draws) AS (
    SELECT place, id, draws FROM buyer, generate_series(1, 4) AS place
    UNION ALL
    SELECT place, id, draws FROM product, generate_series(5, 9) AS place
)
SELECT min(c.what) AS what,
       coalesce(sum(c.children), 0)::float8 / greatest(count(*), 1) AS mean,
       coalesce(sum(c.children * p.draws), 0)::float8 / greatest(sum(p.draws), 1)::float8 AS wanted
  FROM parent AS p
  LEFT JOIN counted AS c ON c.place = p.place AND c.parent = p.id
 GROUP BY p.place
 ORDER BY p.place
