-- case: two units cannot have one symbol
-- refused by: standard_units_symbol_key
UPDATE standard_units SET symbol = 'mm' WHERE id = 2;

-- case: a unit converts by something positive
-- refused by: standard_units_to_base_check
UPDATE standard_units SET to_base = 0 WHERE id = 1;

-- case: two headings cannot have one name
-- refused by: specification_categories_name_key
UPDATE specification_categories SET name = 'Materials' WHERE id = 1;

-- case: a heading stands under one that exists
-- refused by: specification_categories_parent_id_fkey
UPDATE specification_categories SET parent_id = 99 WHERE id = 2;

-- case: a deleted product takes its facts along
-- kept by: technical_specifications_product_id_fkey
UPDATE technical_specifications SET product_id = 3 WHERE id = 2;
DELETE FROM products WHERE id = 3;
SELECT count(*) = 0 FROM technical_specifications WHERE product_id = 3;

-- case: a fact stands under a heading that exists
-- refused by: technical_specifications_category_id_fkey
UPDATE technical_specifications SET category_id = 99 WHERE id = 1;

-- case: a number has a unit that exists
-- refused by: technical_specifications_unit_id_fkey
UPDATE technical_specifications SET unit_id = 99 WHERE id = 1;

-- case: a product states a fact once
-- refused by: technical_specifications_product_id_name_key
UPDATE technical_specifications SET name = 'Material' WHERE id = 1;

-- case: a numeric fact has its number
-- refused by: technical_specifications_numeric
UPDATE technical_specifications SET numeric_value = NULL WHERE id = 1;

-- case: a range has both ends, in order
-- refused by: technical_specifications_range
UPDATE technical_specifications SET data_type = 'RANGE', numeric_value = NULL, numeric_min = 5, numeric_max = 4 WHERE id = 1;

-- case: a word has no number
-- refused by: technical_specifications_one_kind
UPDATE technical_specifications SET numeric_value = 3 WHERE id = 2;

-- case: a word has no unit
-- refused by: technical_specifications_one_kind
UPDATE technical_specifications SET unit_id = 1 WHERE id = 2;

-- case: a template is one of a category that exists
-- refused by: specification_templates_category_id_fkey
UPDATE specification_templates SET category_id = 99 WHERE id = 1;

-- case: a template stands under a heading that exists
-- refused by: specification_templates_heading_id_fkey
UPDATE specification_templates SET heading_id = 99 WHERE id = 1;

-- case: a template has a unit that exists
-- refused by: specification_templates_unit_id_fkey
UPDATE specification_templates SET unit_id = 99 WHERE id = 1;

-- case: a category asks for a fact once
-- refused by: specification_templates_category_id_name_key
INSERT INTO specification_templates (category_id, heading_id, name, data_type, position) VALUES (1, 1, 'Lifetime', 'TEXT', 2);

-- case: positions in templates count from one
-- refused by: specification_templates_position
UPDATE specification_templates SET position = 0 WHERE id = 1;

-- case: a new fact is in the log
-- kept by: technical_specifications_added
INSERT INTO technical_specifications (product_id, category_id, name, value, data_type, importance) VALUES (2, 2, 'Vegan', 'true', 'BOOLEAN', 'STANDARD');
SELECT (change, old_value, new_value) IS NOT DISTINCT FROM ('CREATED', NULL::text, 'true')
  FROM (SELECT * FROM specification_change_log WHERE product_id = 2) AS log;

-- case: a deleted fact is in the log
-- kept by: technical_specifications_added
DELETE FROM technical_specifications WHERE id = 2;
SELECT (change, old_value, new_value, specification_id) IS NOT DISTINCT FROM ('DELETED', 'steel', NULL::text, NULL::bigint)
  FROM specification_change_log ORDER BY id DESC LIMIT 1;

-- case: a changed fact is in the log, by what was changed
-- kept by: technical_specifications_changed
UPDATE technical_specifications SET value = 'brass' WHERE id = 2;
UPDATE technical_specifications SET unit_id = 2 WHERE id = 1;
UPDATE technical_specifications SET category_id = 2 WHERE id = 1;
UPDATE technical_specifications SET comparable = false WHERE id = 1;
UPDATE technical_specifications SET comparable = false WHERE id = 1;
SELECT array_agg(change ORDER BY id) = '{VALUE_UPDATED,UNIT_CHANGED,CATEGORY_MOVED,METADATA_UPDATED}'
  FROM specification_change_log WHERE change <> 'CREATED';

-- case: what is created had no value before
-- refused by: specification_change_log_values
INSERT INTO specification_change_log (product_id, name, change, old_value, changed_at) VALUES (1, 'x', 'CREATED', 'was', now());

-- case: the log is about a product that exists
-- refused by: specification_change_log_product_id_fkey
INSERT INTO specification_change_log (product_id, name, change, changed_at) VALUES (99, 'x', 'VALIDATED', now());

-- case: the log is about a fact that exists
-- refused by: specification_change_log_specification_id_fkey
INSERT INTO specification_change_log (product_id, specification_id, name, change, changed_at) VALUES (1, 99, 'x', 'VALIDATED', now());
