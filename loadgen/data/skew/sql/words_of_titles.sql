-- why: how many products a word finds: in titles, and in all the text that is searched
SELECT w.place,
       (SELECT count(*)
          FROM products
         WHERE search_document @@ to_tsquery('english', plain_text(w.word) || ':A')) AS in_titles,
       (SELECT count(*)
          FROM products
         WHERE search_document @@ to_tsquery('english', plain_text(w.word))) AS anywhere
  FROM unnest(%(words)s::text[]) WITH ORDINALITY AS w (word, place)
 ORDER BY w.place
