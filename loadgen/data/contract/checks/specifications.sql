-- why: facts about products

-- step: a number has a value, a range has bounds, words have neither
SELECT id::text AS example,
       CASE data_type
       WHEN 'NUMERIC' THEN numeric_value IS NULL OR num_nonnulls(numeric_min, numeric_max) > 0
       WHEN 'RANGE' THEN numeric_value IS NOT NULL OR (numeric_max >= numeric_min) IS NOT TRUE
       ELSE num_nonnulls(numeric_value, numeric_min, numeric_max, unit_id) > 0
       END AS bad
  FROM technical_specifications;

-- step: a product has a fact once
SELECT product_id || ' ' || name AS example, times > 1 AS bad
  FROM (SELECT product_id, name, count(*) AS times
          FROM technical_specifications
         GROUP BY 1, 2) AS each;

-- step: units convert by a positive factor
SELECT id::text AS example, NOT coalesce(to_base > 0, false) AS bad
  FROM standard_units;

-- step: each dimension has one unit that the others are counted in
SELECT dimension AS example,
       bases > 1
       OR bases = 0 AND dimension IN ('length', 'mass', 'volume', 'force') AS bad
  FROM (SELECT dimension, count(*) FILTER (WHERE to_base = 1) AS bases
          FROM standard_units
         GROUP BY 1) AS each;

-- step: a change says what was and what is
SELECT id::text AS example,
       (change = 'CREATED' AND old_value IS NOT NULL)
       OR (change = 'DELETED' AND new_value IS NOT NULL)
       OR (change NOT IN ('CREATED', 'DELETED') AND num_nulls(old_value, new_value) > 0) AS bad
  FROM specification_change_log;
