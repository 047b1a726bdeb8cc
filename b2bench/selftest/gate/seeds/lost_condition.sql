-- why: a query without the condition of the partial index cannot use it
-- family: lost partial predicate
-- class: browse_category
-- cause: query browse_category

-- step: changed_query
SELECT p.id, p.title, p.title_key, p.vendor, p.handle, p.price, p.availability
  FROM products p
 WHERE p.category_id = :category_id
   AND (p.title_key, p.id) > (:after_title, :after_id)
 ORDER BY p.title_key, p.id
 LIMIT 24;
