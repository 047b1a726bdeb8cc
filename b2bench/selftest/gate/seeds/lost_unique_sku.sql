-- why: a unique rule went, and its index with it
-- family: lost constraint
-- class: product_by_sku
-- cause: constraint product_variants_sku_key on product_variants

-- step: change
ALTER TABLE product_variants DROP CONSTRAINT product_variants_sku_key CASCADE;
