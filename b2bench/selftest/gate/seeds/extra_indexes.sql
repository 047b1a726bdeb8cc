-- why: indexes that nobody reads are written all the same
-- family: extra indexes
-- class: save_cart
-- cause: index seed_extra_1

-- step: change
CREATE INDEX seed_extra_1 ON cart_items (quantity, id);

CREATE INDEX seed_extra_2 ON cart_items (id, quantity);

CREATE INDEX seed_extra_3 ON cart_items (variant_id, quantity);
