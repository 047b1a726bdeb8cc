-- why: the bands of a product's quantities have lost their rule, and its index
-- family: lost constraint
-- class: price_ladder
-- cause: constraint volume_discounts_product_id_min_quantity_key on volume_discounts

-- step: change
ALTER TABLE volume_discounts DROP CONSTRAINT volume_discounts_product_id_min_quantity_key;
