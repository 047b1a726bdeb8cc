-- why: a buyer types words and wants the best matching products first
-- params: words text
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- allow: growth: every match has to be ranked, to know the twenty best
-- example: door closer

SELECT p.id, p.title, p.vendor, p.handle,
       ts_rank_cd(p.search_document, wanted) AS rank
  FROM products p,
       websearch_to_tsquery('english', plain_text(:words)) AS wanted
 WHERE p.search_document @@ wanted
   AND p.status = 'ACTIVE'
 ORDER BY rank DESC, p.id
 LIMIT 20
