-- why: a product's variants differ in their options, and options are those of its own axes
-- phase: expand
-- transaction: each step

-- step: columns
ALTER TABLE product_variants ADD COLUMN option_key bigint[];
ALTER TABLE product_variant_selections ADD COLUMN product_id bigint;
COMMENT ON COLUMN product_variants.option_key IS 'Its options in order, kept by a trigger: no two variants of a product have the same';
COMMENT ON COLUMN product_variant_selections.product_id IS 'The product of both variant and axis';

-- step: triggers
CREATE FUNCTION keep_option_key() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.option_key := coalesce(
        (SELECT array_agg(s.option_id ORDER BY s.option_id)
           FROM product_variant_selections s
          WHERE s.variant_id = NEW.id), '{}');
    RETURN NEW;
END $$;
COMMENT ON FUNCTION keep_option_key() IS 'The key of a variant''s options is read from its selections, whatever a statement says';
CREATE TRIGGER product_variants_option_key BEFORE INSERT OR UPDATE OF option_key ON product_variants
    FOR EACH ROW EXECUTE FUNCTION keep_option_key();
COMMENT ON TRIGGER product_variants_option_key ON product_variants IS
    'The key of a variant''s options is read from its selections, whatever a statement says';

CREATE FUNCTION pass_selections_on() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE product_variants v SET option_key = NULL
     WHERE v.id IN (SELECT c.variant_id FROM changed c);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION pass_selections_on() IS 'A change of selections reaches the keys of their variants';
CREATE FUNCTION pass_changed_selections_on() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE product_variants v SET option_key = NULL
     WHERE v.id IN (SELECT b.variant_id FROM before b UNION SELECT a.variant_id FROM after a);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION pass_changed_selections_on() IS 'A change of selections reaches the keys of their variants';
CREATE TRIGGER product_variant_selections_added AFTER INSERT ON product_variant_selections
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pass_selections_on();
CREATE TRIGGER product_variant_selections_removed AFTER DELETE ON product_variant_selections
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION pass_selections_on();
CREATE TRIGGER product_variant_selections_changed AFTER UPDATE ON product_variant_selections
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION pass_changed_selections_on();
COMMENT ON TRIGGER product_variant_selections_added ON product_variant_selections IS 'A new selection reaches the key of its variant';
COMMENT ON TRIGGER product_variant_selections_removed ON product_variant_selections IS 'A removed selection reaches the key of its variant';
COMMENT ON TRIGGER product_variant_selections_changed ON product_variant_selections IS 'A changed selection reaches the keys of its variants';

CREATE FUNCTION find_product_of_selection() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.product_id := (SELECT v.product_id FROM product_variants v WHERE v.id = NEW.variant_id);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION find_product_of_selection() IS 'A selection need not name its product';
CREATE TRIGGER product_variant_selections_product BEFORE INSERT ON product_variant_selections
    FOR EACH ROW WHEN (NEW.product_id IS NULL) EXECUTE FUNCTION find_product_of_selection();
COMMENT ON TRIGGER product_variant_selections_product ON product_variant_selections IS 'A selection need not name its product';

-- step: fill_product_id, repeated
UPDATE product_variant_selections s
   SET product_id = v.product_id
  FROM product_variants v
 WHERE v.id = s.variant_id
   AND s.ctid IN (SELECT t.ctid FROM product_variant_selections t WHERE t.product_id IS NULL LIMIT 5000);

-- step: fill_option_key, repeated
UPDATE product_variants
   SET option_key = NULL
 WHERE id IN (SELECT v.id FROM product_variants v WHERE v.option_key IS NULL LIMIT 5000);

-- step: axes_of_a_product
CREATE UNIQUE INDEX CONCURRENTLY product_variant_groups_of_product ON product_variant_groups (product_id, id);

-- step: selections_of_a_variant
CREATE INDEX CONCURRENTLY product_variant_selections_variant ON product_variant_selections (product_id, variant_id);

-- step: selections_of_an_axis
CREATE INDEX CONCURRENTLY product_variant_selections_group ON product_variant_selections (product_id, group_id);

-- step: combinations
CREATE UNIQUE INDEX CONCURRENTLY product_variants_one_combination ON product_variants (product_id, option_key);

-- step: constraints
ALTER TABLE product_variant_groups ADD CONSTRAINT product_variant_groups_of_product UNIQUE USING INDEX product_variant_groups_of_product;
ALTER TABLE product_variants
    ADD CONSTRAINT product_variants_option_key_known CHECK (option_key IS NOT NULL) NOT VALID,
    ADD CONSTRAINT product_variants_one_combination UNIQUE USING INDEX product_variants_one_combination
        DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE product_variant_selections
    ADD CONSTRAINT product_variant_selections_product_known CHECK (product_id IS NOT NULL) NOT VALID,
    ADD CONSTRAINT product_variant_selections_variant_of_product FOREIGN KEY (product_id, variant_id)
        REFERENCES product_variants (product_id, id) ON DELETE CASCADE NOT VALID,
    ADD CONSTRAINT product_variant_selections_group_of_product FOREIGN KEY (product_id, group_id)
        REFERENCES product_variant_groups (product_id, id) ON DELETE CASCADE NOT VALID;
COMMENT ON CONSTRAINT product_variants_one_combination ON product_variants IS 'No two variants of a product have the same options';
COMMENT ON CONSTRAINT product_variant_selections_group_of_product ON product_variant_selections IS
    'A variant has options on the axes of its own product only';

-- step: validate
ALTER TABLE product_variants VALIDATE CONSTRAINT product_variants_option_key_known;
ALTER TABLE product_variant_selections VALIDATE CONSTRAINT product_variant_selections_product_known;
ALTER TABLE product_variant_selections VALIDATE CONSTRAINT product_variant_selections_variant_of_product;
ALTER TABLE product_variant_selections VALIDATE CONSTRAINT product_variant_selections_group_of_product;

-- step: not_null
-- the validated CHECK proves it, so that no row is read; then it has done its duty
-- squawk-ignore adding-not-nullable-field
ALTER TABLE product_variants ALTER COLUMN option_key SET NOT NULL;
-- squawk-ignore adding-not-nullable-field
ALTER TABLE product_variant_selections ALTER COLUMN product_id SET NOT NULL;
-- squawk-ignore ban-drop-constraint
ALTER TABLE product_variants DROP CONSTRAINT product_variants_option_key_known;
-- squawk-ignore ban-drop-constraint
ALTER TABLE product_variant_selections DROP CONSTRAINT product_variant_selections_product_known;

-- step: required_axes
CREATE FUNCTION refuse_missing_option() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    SELECT format('variant %s of product %s has no %s', v.sku, v.product_id, g.name) INTO missing
      FROM product_variant_groups g
      JOIN product_variants v ON v.product_id = g.product_id
     WHERE g.required
       AND CASE TG_TABLE_NAME WHEN 'product_variants' THEN v.id ELSE g.id END = NEW.id
       AND NOT EXISTS (SELECT FROM product_variant_selections s WHERE s.variant_id = v.id AND s.group_id = g.id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', missing USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION refuse_missing_option() IS 'At commit a variant has an option on every required axis';
CREATE CONSTRAINT TRIGGER product_variants_required_options AFTER INSERT OR UPDATE OF option_key ON product_variants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_missing_option();
CREATE CONSTRAINT TRIGGER product_variant_groups_required AFTER INSERT OR UPDATE OF required ON product_variant_groups
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.required) EXECUTE FUNCTION refuse_missing_option();
COMMENT ON TRIGGER product_variants_required_options ON product_variants IS 'At commit a variant has an option on every required axis';
COMMENT ON TRIGGER product_variant_groups_required ON product_variant_groups IS 'A new required axis has an option for every variant at commit';
