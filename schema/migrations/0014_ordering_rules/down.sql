-- why: takes minimums and steps away
ALTER TABLE product_variant_options DROP CONSTRAINT product_variant_options_price_modifier;
ALTER TABLE product_variants DROP COLUMN min_order_quantity, DROP COLUMN order_increment;
