-- why: every column says what it holds; the documents in docs/schema are made from these words
-- phase: expand

COMMENT ON COLUMN accounts.id IS 'Key';
COMMENT ON COLUMN accounts.type IS 'Dealer and professional buy, a representative answers';
COMMENT ON COLUMN accounts.company IS 'Trading name; representatives have none';
COMMENT ON COLUMN accounts.contact_name IS 'Person to talk to; personal data';
COMMENT ON COLUMN accounts.email IS 'Address for mail; personal data';
COMMENT ON COLUMN accounts.phone IS 'Number to call; personal data';
COMMENT ON COLUMN accounts.active IS 'Whether the account may sign in and buy';
COMMENT ON COLUMN accounts.created_at IS 'When the account was opened';
COMMENT ON COLUMN accounts.updated_at IS 'When it was last changed';
COMMENT ON CONSTRAINT accounts_tier_for_buyers ON accounts IS 'Dealers and professionals have a tier, representatives have none';
COMMENT ON CONSTRAINT accounts_territory_for_representatives ON accounts IS 'Only a representative has a territory and a capacity';
COMMENT ON CONSTRAINT accounts_capacity_positive ON accounts IS 'A representative can answer at least one request at a time';
COMMENT ON CONSTRAINT accounts_updated_after_created ON accounts IS 'Nothing is changed before it exists';

COMMENT ON COLUMN categories.id IS 'Key';
COMMENT ON COLUMN categories.parent_id IS 'The category above; none at the top';
COMMENT ON COLUMN categories.slug IS 'The name in a web address';
COMMENT ON COLUMN categories.name IS 'The name as shown';

COMMENT ON COLUMN products.id IS 'Key';
COMMENT ON COLUMN products.category_id IS 'Where it stands in the shop';
COMMENT ON COLUMN products.type IS 'SIMPLE has one variant without options, VARIABLE has variants told apart by options';
COMMENT ON COLUMN products.status IS 'Only ACTIVE products are found; ARCHIVED ones stay in carts and orders';
COMMENT ON COLUMN products.availability IS 'What a buyer is told before stock is looked at';
COMMENT ON COLUMN products.title IS 'The name as shown';
COMMENT ON COLUMN products.vendor IS 'Who makes it';
COMMENT ON COLUMN products.sku IS 'Stock keeping unit of the product as a whole, where it has one';
COMMENT ON COLUMN products.part_number IS 'The maker''s number';
COMMENT ON COLUMN products.tags IS 'Words for collections and search';
COMMENT ON COLUMN products.description IS 'Text of the product page';
COMMENT ON COLUMN products.retail_price IS 'What end customers are advised to pay';
COMMENT ON COLUMN products.shopify_id IS 'Id at Shopify, where it is sold there too';
COMMENT ON COLUMN products.created_at IS 'When it was taken into the catalogue';
COMMENT ON COLUMN products.updated_at IS 'When it was last changed';
COMMENT ON CONSTRAINT products_price_check ON products IS 'A price is positive';
COMMENT ON CONSTRAINT products_retail_price_check ON products IS 'A retail price is positive';

COMMENT ON COLUMN product_variants.id IS 'Key';
COMMENT ON COLUMN product_variants.product_id IS 'The product it is a variant of';
COMMENT ON COLUMN product_variants.sku IS 'Stock keeping unit';
COMMENT ON COLUMN product_variants.title IS 'What tells it apart, as shown';
COMMENT ON COLUMN product_variants.compare_at_price IS 'The price it is compared with, struck through';
COMMENT ON COLUMN product_variants.weight_g IS 'Weight in grams, packed';
COMMENT ON COLUMN product_variants.shopify_variant_id IS 'Id of the variant at Shopify, where it is sold there too';
COMMENT ON COLUMN product_variants.active IS 'Whether it can be bought';
COMMENT ON COLUMN product_variants.created_at IS 'When it was taken into the catalogue';
COMMENT ON COLUMN product_variants.updated_at IS 'When it was last changed';
COMMENT ON CONSTRAINT product_variants_price_check ON product_variants IS 'A price is positive';
COMMENT ON CONSTRAINT product_variants_compare_at_price_check ON product_variants IS 'A price to compare with is positive';
COMMENT ON CONSTRAINT product_variants_weight_g_check ON product_variants IS 'A weight is positive';

COMMENT ON COLUMN product_variant_groups.id IS 'Key';
COMMENT ON COLUMN product_variant_groups.product_id IS 'The product whose variants differ on it';
COMMENT ON COLUMN product_variant_groups.name IS 'Name of the axis, one of a kind in a product';
COMMENT ON COLUMN product_variant_groups.label IS 'The name as shown';
COMMENT ON COLUMN product_variant_groups.input IS 'How a buyer chooses';
COMMENT ON COLUMN product_variant_groups.required IS 'Whether every variant has an option on it';
COMMENT ON COLUMN product_variant_groups.position IS 'Order on the page, from 1';
COMMENT ON CONSTRAINT product_variant_groups_position_check ON product_variant_groups IS 'Positions count from 1';

COMMENT ON COLUMN product_variant_options.id IS 'Key';
COMMENT ON COLUMN product_variant_options.group_id IS 'The axis it is a choice on';
COMMENT ON COLUMN product_variant_options.value IS 'Name of the choice, one of a kind on its axis';
COMMENT ON COLUMN product_variant_options.label IS 'The name as shown';
COMMENT ON COLUMN product_variant_options.price_modifier IS 'Added to the product''s price for variants without a price of their own';
COMMENT ON COLUMN product_variant_options.position IS 'Order on the page, from 1';
COMMENT ON CONSTRAINT product_variant_options_position_check ON product_variant_options IS 'Positions count from 1';

COMMENT ON COLUMN product_variant_selections.variant_id IS 'The variant';
COMMENT ON COLUMN product_variant_selections.group_id IS 'The axis';
COMMENT ON COLUMN product_variant_selections.option_id IS 'The variant''s option on that axis';
COMMENT ON CONSTRAINT product_variant_selections_pkey ON product_variant_selections IS 'A variant has one option on an axis';

COMMENT ON COLUMN standard_units.id IS 'Key';
COMMENT ON COLUMN standard_units.symbol IS 'As printed behind a number';
COMMENT ON COLUMN standard_units.name IS 'The name in words';
COMMENT ON COLUMN standard_units.dimension IS 'Units of one dimension convert into each other';
COMMENT ON CONSTRAINT standard_units_to_base_check ON standard_units IS 'A factor is positive';

COMMENT ON COLUMN specification_categories.id IS 'Key';
COMMENT ON COLUMN specification_categories.parent_id IS 'The heading above; none at the top';
COMMENT ON COLUMN specification_categories.name IS 'The heading as shown';

COMMENT ON COLUMN technical_specifications.id IS 'Key';
COMMENT ON COLUMN technical_specifications.product_id IS 'The product it is a fact about';
COMMENT ON COLUMN technical_specifications.category_id IS 'The heading it stands under';
COMMENT ON COLUMN technical_specifications.unit_id IS 'Unit of the numbers, where they have one';
COMMENT ON COLUMN technical_specifications.name IS 'What the fact is about, one of a kind in a product';
COMMENT ON COLUMN technical_specifications.data_type IS 'What kind of value it is';
COMMENT ON COLUMN technical_specifications.importance IS 'How prominently it is shown';
COMMENT ON COLUMN technical_specifications.searchable IS 'Whether filters and facets use it';
COMMENT ON COLUMN technical_specifications.comparable IS 'Whether it is shown when products are compared';
COMMENT ON COLUMN technical_specifications.numeric_value IS 'The number of a NUMERIC fact';
COMMENT ON COLUMN technical_specifications.numeric_min IS 'The lower end of a RANGE';
COMMENT ON COLUMN technical_specifications.numeric_max IS 'The upper end of a RANGE';
COMMENT ON CONSTRAINT technical_specifications_numeric ON technical_specifications IS 'A NUMERIC fact has its number';
COMMENT ON CONSTRAINT technical_specifications_range ON technical_specifications IS 'A RANGE has both ends, in order';

COMMENT ON COLUMN tier_discounts.tier IS 'The tier';
COMMENT ON COLUMN tier_discounts.percent IS 'Percent off the base price';
COMMENT ON CONSTRAINT tier_discounts_percent_check ON tier_discounts IS 'A tier discount is 0 to 100 %';

COMMENT ON COLUMN volume_discounts.id IS 'Key';
COMMENT ON COLUMN volume_discounts.product_id IS 'The product it is for';
COMMENT ON COLUMN volume_discounts.min_quantity IS 'From this quantity on';
COMMENT ON COLUMN volume_discounts.percent IS 'Percent off the base price';
COMMENT ON CONSTRAINT volume_discounts_min_quantity_check ON volume_discounts IS 'A band begins above one piece';
COMMENT ON CONSTRAINT volume_discounts_percent_check ON volume_discounts IS 'A discount is above 0 and at most 100 %';

COMMENT ON COLUMN account_pricing.id IS 'Key';
COMMENT ON COLUMN account_pricing.account_id IS 'The account it was agreed with';
COMMENT ON COLUMN account_pricing.product_id IS 'The product it is for';
COMMENT ON COLUMN account_pricing.variant_id IS 'The one variant it is for; none means all of the product';
COMMENT ON COLUMN account_pricing.markdown_percent IS 'Percent off the base price; instead of a fixed price';
COMMENT ON COLUMN account_pricing.fixed_price IS 'Price of a piece; instead of a markdown';
COMMENT ON COLUMN account_pricing.min_quantity IS 'From this quantity on';
COMMENT ON COLUMN account_pricing.max_quantity IS 'Up to this quantity; none means without end';
COMMENT ON COLUMN account_pricing.active IS 'Whether it counts';
COMMENT ON COLUMN account_pricing.effective_from IS 'From this instant on';
COMMENT ON COLUMN account_pricing.effective_until IS 'Up to, not including, this instant; none means without end';
COMMENT ON CONSTRAINT account_pricing_markdown_percent_check ON account_pricing IS 'A markdown is 0 to 100 %';
COMMENT ON CONSTRAINT account_pricing_fixed_price_check ON account_pricing IS 'A fixed price is positive';
COMMENT ON CONSTRAINT account_pricing_min_quantity_check ON account_pricing IS 'A quantity is positive';
COMMENT ON CONSTRAINT account_pricing_one_kind ON account_pricing IS 'A rule has a fixed price or a markdown, never both';
COMMENT ON CONSTRAINT account_pricing_quantities ON account_pricing IS 'The largest quantity is not below the smallest';
COMMENT ON CONSTRAINT account_pricing_window ON account_pricing IS 'A rule ends after it begins';

COMMENT ON COLUMN carts.id IS 'Key';
COMMENT ON COLUMN carts.account_id IS 'Whose cart it is';
COMMENT ON COLUMN carts.status IS 'CURRENT is being filled, SAVED was put aside';
COMMENT ON COLUMN carts.name IS 'What it was saved as';
COMMENT ON COLUMN carts.created_at IS 'When it was begun';
COMMENT ON COLUMN carts.updated_at IS 'When it was last changed';
COMMENT ON CONSTRAINT carts_saved_has_name ON carts IS 'A saved cart has a name, the current one has none';

COMMENT ON COLUMN cart_items.id IS 'Key, and the order of lines';
COMMENT ON COLUMN cart_items.cart_id IS 'The cart';
COMMENT ON COLUMN cart_items.variant_id IS 'What is to be bought';
COMMENT ON COLUMN cart_items.quantity IS 'How many pieces';
COMMENT ON COLUMN cart_items.added_at IS 'When the line was added';
COMMENT ON CONSTRAINT cart_items_quantity_check ON cart_items IS 'A quantity is positive';

COMMENT ON COLUMN rfq_requests.id IS 'Key';
COMMENT ON COLUMN rfq_requests.number IS 'The number on paper';
COMMENT ON COLUMN rfq_requests.account_id IS 'Who asks; none once that account was deleted';
COMMENT ON COLUMN rfq_requests.status IS 'Where it stands; steps between states are in rfq_transitions';
COMMENT ON COLUMN rfq_requests.priority IS 'How urgent the account says it is';
COMMENT ON COLUMN rfq_requests.message IS 'What the account wrote';
COMMENT ON COLUMN rfq_requests.notes IS 'What the representative noted; the account does not see it';
COMMENT ON COLUMN rfq_requests.submitted_at IS 'When it was asked';
COMMENT ON COLUMN rfq_requests.answered_at IS 'When it was first quoted or declined';
COMMENT ON COLUMN rfq_requests.updated_at IS 'When it was last changed';
COMMENT ON CONSTRAINT rfq_requests_answered_later ON rfq_requests IS 'An answer comes after the question';

COMMENT ON COLUMN rfq_items.id IS 'Key';
COMMENT ON COLUMN rfq_items.rfq_id IS 'The request';
COMMENT ON COLUMN rfq_items.variant_id IS 'What is asked for; none once it was deleted from the catalogue';
COMMENT ON COLUMN rfq_items.quantity IS 'How many pieces';
COMMENT ON COLUMN rfq_items.target_price IS 'What the account would like to pay for a piece';
COMMENT ON CONSTRAINT rfq_items_quantity_check ON rfq_items IS 'A quantity is positive';
COMMENT ON CONSTRAINT rfq_items_target_price_check ON rfq_items IS 'A price is positive';

COMMENT ON COLUMN quote_revisions.id IS 'Key';
COMMENT ON COLUMN quote_revisions.rfq_id IS 'The request it answers';
COMMENT ON COLUMN quote_revisions.revision IS 'Counts from 1 within a request';
COMMENT ON COLUMN quote_revisions.total IS 'Sum of its lines';
COMMENT ON CONSTRAINT quote_revisions_revision_check ON quote_revisions IS 'Revisions count from 1';
COMMENT ON CONSTRAINT quote_revisions_total_check ON quote_revisions IS 'A total is not negative';

COMMENT ON COLUMN orders.id IS 'Key';
COMMENT ON COLUMN orders.number IS 'The number on paper';
COMMENT ON COLUMN orders.account_id IS 'Who bought; none once that account was deleted';
COMMENT ON COLUMN orders.revision_id IS 'The accepted quote that it came from, if any';
COMMENT ON COLUMN orders.total IS 'Sum of its lines';
COMMENT ON COLUMN orders.placed_at IS 'When it was ordered';
COMMENT ON CONSTRAINT orders_total_check ON orders IS 'A total is not negative';

COMMENT ON COLUMN order_lines.order_id IS 'The order';
COMMENT ON COLUMN order_lines.line IS 'Counts from 1 within an order';
COMMENT ON COLUMN order_lines.variant_id IS 'What was bought';
COMMENT ON COLUMN order_lines.quantity IS 'How many pieces';
COMMENT ON COLUMN order_lines.unit_price IS 'Price of a piece as it was agreed';
COMMENT ON COLUMN order_lines.line_total IS 'Unit price times quantity';
COMMENT ON CONSTRAINT order_lines_line_check ON order_lines IS 'Lines count from 1';
COMMENT ON CONSTRAINT order_lines_quantity_check ON order_lines IS 'A quantity is positive';
COMMENT ON CONSTRAINT order_lines_unit_price_check ON order_lines IS 'A price is not negative; a markdown of 100 % makes it nothing';
COMMENT ON CONSTRAINT order_lines_total ON order_lines IS 'A line''s total is unit price times quantity, within a cent';

COMMENT ON COLUMN rfq_transitions.from_status IS 'The state before';
COMMENT ON COLUMN rfq_transitions.to_status IS 'The state after';

COMMENT ON COLUMN locations.id IS 'Key';
COMMENT ON COLUMN locations.name IS 'The name as shown';
COMMENT ON COLUMN locations.region IS 'The region it delivers to first';

COMMENT ON COLUMN inventory_locations.variant_id IS 'What is in stock';
COMMENT ON COLUMN inventory_locations.location_id IS 'Where it is';
COMMENT ON COLUMN inventory_locations.quantity IS 'Pieces on the shelf, those reserved among them';
COMMENT ON COLUMN inventory_locations.reserved IS 'Pieces promised to somebody';
COMMENT ON COLUMN inventory_locations.updated_at IS 'When the numbers were last changed';
COMMENT ON CONSTRAINT inventory_locations_quantity_check ON inventory_locations IS 'Stock is never negative';
COMMENT ON CONSTRAINT inventory_locations_reserved ON inventory_locations IS 'No more is reserved than there is';

COMMENT ON TYPE account_type IS 'What an account does';
COMMENT ON TYPE account_tier IS 'How good a customer a buyer is';
COMMENT ON TYPE product_type IS 'Whether a product has variants to choose from';
COMMENT ON TYPE product_status IS 'Whether a product is sold';
COMMENT ON TYPE product_availability IS 'What a buyer is told about availability';
COMMENT ON TYPE option_input IS 'How an option is chosen on the page';
COMMENT ON TYPE specification_importance IS 'How prominently a specification is shown';
COMMENT ON TYPE specification_data_type IS 'What kind of value a specification has';
COMMENT ON TYPE price_rule IS 'Which rule decided a price, in order of precedence';
COMMENT ON TYPE cart_status IS 'Whether a cart is being filled or was put aside';
COMMENT ON TYPE rfq_status IS 'Where a quotation request stands';
COMMENT ON TYPE rfq_priority IS 'How urgent a quotation request is';
COMMENT ON SEQUENCE rfq_numbers IS 'Numbers of quotation requests';
COMMENT ON FUNCTION refuse_illegal_rfq_transition() IS 'Only the steps in rfq_transitions are taken';
COMMENT ON FUNCTION refuse_other_than_representative() IS 'Who answers a request is a representative';
COMMENT ON TRIGGER rfq_requests_transition ON rfq_requests IS 'Only the steps in rfq_transitions are taken';
COMMENT ON TRIGGER rfq_requests_representative ON rfq_requests IS 'Who answers a request is a representative';
