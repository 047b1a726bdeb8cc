-- why: how many pieces of a variant can be ordered: at least so many, in steps of so many
-- phase: expand
-- transaction: each step

-- step: rules
ALTER TABLE product_variants
    ADD COLUMN min_order_quantity integer NOT NULL DEFAULT 1,
    ADD COLUMN order_increment    integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT product_variants_min_order_quantity CHECK (min_order_quantity > 0) NOT VALID,
    ADD CONSTRAINT product_variants_order_increment CHECK (order_increment > 0) NOT VALID;
COMMENT ON COLUMN product_variants.min_order_quantity IS 'The least that can be ordered';
COMMENT ON COLUMN product_variants.order_increment IS 'Quantities are multiples of this, e.g. the pieces in a box';
COMMENT ON CONSTRAINT product_variants_min_order_quantity ON product_variants IS 'At least one piece is ordered';
COMMENT ON CONSTRAINT product_variants_order_increment ON product_variants IS 'Quantities rise by at least one piece';

ALTER TABLE product_variant_options
    ADD CONSTRAINT product_variant_options_price_modifier CHECK (price_modifier >= 0) NOT VALID;
COMMENT ON CONSTRAINT product_variant_options_price_modifier ON product_variant_options IS
    'The cheapest option of an axis adds nothing, so that a base price stays positive';

-- step: validate
ALTER TABLE product_variants VALIDATE CONSTRAINT product_variants_min_order_quantity;
ALTER TABLE product_variants VALIDATE CONSTRAINT product_variants_order_increment;
ALTER TABLE product_variant_options VALIDATE CONSTRAINT product_variant_options_price_modifier;
