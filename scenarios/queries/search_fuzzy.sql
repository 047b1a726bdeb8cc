-- why: a buyer mistypes a word or remembers a piece of a number
-- params: fragment text
-- role: buyer
-- frequency: hot
-- slo_ms: 100
-- example: mortice lok

SELECT p.id, p.title, p.sku, p.part_number,
       word_similarity(plain_text(:fragment), p.fuzzy_text) AS likeness
  FROM products p
 WHERE plain_text(:fragment) <% p.fuzzy_text
   AND p.status = 'ACTIVE'
 ORDER BY likeness DESC, p.id
 LIMIT 20
