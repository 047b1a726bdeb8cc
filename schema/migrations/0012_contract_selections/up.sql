-- why: the key of product and variant holds what the one of the variant alone held
-- phase: contract

ALTER TABLE product_variant_selections DROP CONSTRAINT product_variant_selections_variant_id_fkey;
