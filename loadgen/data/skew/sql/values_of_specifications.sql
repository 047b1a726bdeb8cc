-- why: specifications that are words, by name and by the place of their value in the name's list
SELECT s.name, v.place, count(*) AS rows
  FROM technical_specifications AS s
  LEFT JOIN unnest(%(names)s::text[], %(values)s::text[], %(places)s::bigint[])
         AS v (name, value, place) ON v.name = s.name AND v.value = s.value
 WHERE s.name = ANY (%(names)s::text[])
 GROUP BY s.name, v.place
