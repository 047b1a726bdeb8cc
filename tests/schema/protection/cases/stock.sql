-- why: stock and catalogue: public to read, and written by those who keep them

-- case: a buyer reserves a piece of a lot, and its location is told
-- about: inventory_lots inventory_locations add_lots_up refuse_reserving_expired shop_buyer
-- as: shop_buyer account_id=1
-- ends: true
UPDATE inventory_lots SET reserved = 1, updated_at = '2026-06-01' WHERE id = 1;
SELECT reserved = 1 FROM inventory_locations WHERE variant_id = 3 AND location_id = 1;

-- case: a buyer reserves, and does not say how much there is
-- about: inventory_locations shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE inventory_locations SET quantity = 100 WHERE variant_id = 1;

-- case: a table of the session's own does not stand in for the lots that a rule looks at
-- about: inventory_locations refuse_passing_lots_by shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 23514
CREATE TEMPORARY TABLE inventory_lots (variant_id bigint, location_id bigint);
UPDATE public.inventory_locations SET reserved = 0 WHERE variant_id = 3;

-- case: a table of the session's own does not stand in for the steps that a request may take
-- about: rfq_requests refuse_illegal_rfq_transition shop_back_office
-- as: shop_back_office
-- ends: refused 23514
CREATE TEMPORARY TABLE rfq_transitions AS
SELECT 'ACCEPTED'::rfq_status AS from_status, 'DECLINED'::rfq_status AS to_status;
GRANT SELECT ON rfq_transitions TO PUBLIC;
UPDATE public.rfq_requests SET status = 'DECLINED', updated_at = '2026-06-01' WHERE id = 5;

-- case: the synchronisation changes a specification, and the change is logged
-- about: technical_specifications specification_change_log log_specification_change shop_sync
-- as: shop_sync
UPDATE technical_specifications SET value = '11', numeric_value = 11 WHERE id = 1;
-- as: owner
-- ends: true
SELECT new_value = '11' FROM specification_change_log ORDER BY id DESC LIMIT 1;

-- case: the synchronisation brings a variant with its options
-- about: product_variants product_variant_selections keep_option_key pass_selections_on find_product_of_selection refuse_missing_option shop_sync
-- as: shop_sync
-- ends: true
INSERT INTO product_variants (id, product_id, sku, title, created_at, updated_at)
VALUES (20, 3, 'B-2', 'white', '2026-06-01', '2026-06-01');
INSERT INTO product_variant_options (id, group_id, value, label, position) VALUES (20, 2, 'white', 'White', 2);
INSERT INTO product_variant_selections (variant_id, group_id, option_id) VALUES (20, 2, 20);
SET CONSTRAINTS ALL IMMEDIATE;
SELECT option_key = '{20}' FROM product_variants WHERE id = 20;

-- case: a buyer changes no price of the catalogue
-- about: products shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE products SET price = 1;
