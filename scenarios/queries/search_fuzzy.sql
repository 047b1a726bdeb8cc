-- why: a buyer remembers a piece of a number or mistypes a word
-- params: fragment text
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- allow: growth: every title that is alike has to be compared, to know the twenty that are most alike
-- example: mortice lok

WITH asked AS MATERIALIZED (
    SELECT plain_text(:fragment) AS fragment
), written_so AS MATERIALIZED (
    SELECT p.id, p.title, p.sku, p.part_number, 1::real AS likeness
      FROM products p
     WHERE p.fuzzy_text LIKE '%' || (SELECT fragment FROM asked) || '%'
       AND p.status = 'ACTIVE'
     ORDER BY p.id
     LIMIT 20
), alike AS (
    SELECT p.id, p.title, p.sku, p.part_number,
           word_similarity((SELECT fragment FROM asked), p.title_key) AS likeness
      FROM products p
     WHERE (SELECT fragment FROM asked) <% p.title_key
       AND p.status = 'ACTIVE'
       AND NOT EXISTS (SELECT FROM written_so)
     ORDER BY likeness DESC, p.id
     LIMIT 20
)
SELECT * FROM written_so
 UNION ALL
SELECT * FROM alike
