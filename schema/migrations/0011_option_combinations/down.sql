-- why: lets variants have any options again
-- transaction: each step

-- step: constraints
ALTER TABLE product_variant_selections
    DROP CONSTRAINT product_variant_selections_variant_of_product,
    DROP CONSTRAINT product_variant_selections_group_of_product;
ALTER TABLE product_variants DROP CONSTRAINT product_variants_one_combination;
ALTER TABLE product_variant_groups DROP CONSTRAINT product_variant_groups_of_product;

-- step: triggers
DROP TRIGGER product_variants_required_options ON product_variants;
DROP TRIGGER product_variant_groups_required ON product_variant_groups;
DROP FUNCTION refuse_missing_option();
DROP TRIGGER product_variants_option_key ON product_variants;
DROP TRIGGER product_variant_selections_added ON product_variant_selections;
DROP TRIGGER product_variant_selections_removed ON product_variant_selections;
DROP TRIGGER product_variant_selections_changed ON product_variant_selections;
DROP TRIGGER product_variant_selections_product ON product_variant_selections;
DROP FUNCTION keep_option_key();
DROP FUNCTION pass_selections_on();
DROP FUNCTION pass_changed_selections_on();
DROP FUNCTION find_product_of_selection();

-- step: columns
ALTER TABLE product_variants DROP COLUMN option_key;
ALTER TABLE product_variant_selections DROP COLUMN product_id;
