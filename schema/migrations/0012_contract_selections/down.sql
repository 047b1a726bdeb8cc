-- why: the older release relies on the key of the variant alone
-- transaction: each step

-- step: add
ALTER TABLE product_variant_selections
    ADD CONSTRAINT product_variant_selections_variant_id_fkey FOREIGN KEY (variant_id)
        REFERENCES product_variants ON DELETE CASCADE NOT VALID;

-- step: validate
ALTER TABLE product_variant_selections VALIDATE CONSTRAINT product_variant_selections_variant_id_fkey;
