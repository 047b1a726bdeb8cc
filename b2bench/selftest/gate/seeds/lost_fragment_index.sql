-- why: fragments of SKUs have lost their trigrams
-- family: lost index
-- class: search_sku
-- cause: index product_variants_sku_fragment

-- step: change
DROP INDEX product_variants_sku_fragment;
