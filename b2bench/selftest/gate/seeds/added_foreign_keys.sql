-- why: each line is checked against one more table
-- family: foreign key added
-- class: save_cart
-- cause: constraint seed_checked on cart_items

-- step: change
ALTER TABLE cart_items ADD CONSTRAINT seed_checked FOREIGN KEY (variant_id) REFERENCES product_variants (id);
