-- why: takes the catalogue away
DROP TABLE product_variant_selections, product_variant_options, product_variant_groups, product_variants, products, categories;
DROP TYPE option_input, product_availability, product_status, product_type;
