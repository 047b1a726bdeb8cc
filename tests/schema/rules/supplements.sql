-- case: a label is on a product that exists
-- refused by: supplement_facts_product_id_fkey
INSERT INTO supplement_facts VALUES (99, 1, 3, 1, NULL);

-- case: a serving has a unit that exists
-- refused by: supplement_facts_serving_unit_id_fkey
UPDATE supplement_facts SET serving_unit_id = 99;

-- case: a serving is more than nothing
-- refused by: supplement_facts_serving
UPDATE supplement_facts SET serving_size = 0;

-- case: a container holds a serving
-- refused by: supplement_facts_servings
UPDATE supplement_facts SET servings_per_container = 0;

-- case: an ingredient has a name of its own
-- refused by: ingredients_name_key
UPDATE ingredients SET name = 'Vitamin C' WHERE id = 2;

-- case: only a supplement has ingredients
-- refused by: product_ingredients_product_id_fkey
INSERT INTO product_ingredients VALUES (1, 2, NULL, NULL, NULL, 1);

-- case: a label names ingredients that exist
-- refused by: product_ingredients_ingredient_id_fkey
INSERT INTO product_ingredients VALUES (2, 99, NULL, NULL, NULL, 2);

-- case: an amount has a unit that exists
-- refused by: product_ingredients_unit_id_fkey
UPDATE product_ingredients SET unit_id = 99;

-- case: two ingredients do not stand on one line
-- refused by: product_ingredients_product_id_position_key
INSERT INTO product_ingredients VALUES (2, 2, NULL, NULL, NULL, 1);

-- case: an amount is positive
-- refused by: product_ingredients_amount
UPDATE product_ingredients SET amount_per_serving = 0;

-- case: an amount has a unit
-- refused by: product_ingredients_amount_has_unit
UPDATE product_ingredients SET unit_id = NULL;

-- case: a share of the daily value is not negative
-- refused by: product_ingredients_daily_value
UPDATE product_ingredients SET daily_value_percent = -1;

-- case: positions on a label count from one
-- refused by: product_ingredients_position
UPDATE product_ingredients SET position = 0;

-- case: an allergen has a name of its own
-- refused by: allergens_name_key
UPDATE allergens SET name = 'Milk' WHERE id = 2;

-- case: only a supplement warns of allergens
-- refused by: product_allergens_product_id_fkey
INSERT INTO product_allergens VALUES (1, 1, 'CONTAINS');

-- case: a label warns of allergens that exist
-- refused by: product_allergens_allergen_id_fkey
INSERT INTO product_allergens VALUES (2, 99, 'CONTAINS');

-- case: a certification has a code of its own
-- refused by: certifications_code_key
UPDATE certifications SET code = 'halal' WHERE id = 2;

-- case: a certificate is for a product that exists
-- refused by: product_certifications_product_id_fkey
INSERT INTO product_certifications VALUES (99, 1, 'C', '2026-01-01', '2027-01-01');

-- case: a certificate says something that exists
-- refused by: product_certifications_certification_id_fkey
INSERT INTO product_certifications VALUES (2, 99, 'C', '2026-01-01', '2027-01-01');

-- case: a certificate ends after it begins
-- refused by: product_certifications_window
INSERT INTO product_certifications VALUES (2, 2, 'C', '2026-01-01', '2026-01-01');

-- case: a product has one certificate of a kind at a time
-- refused by: product_certifications_one_at_a_time
INSERT INTO product_certifications VALUES (2, 1, 'C', '2027-12-31', '2029-01-01');
