-- why: a shop of few rows, each with a key that the cases name; "now" is the first of June at noon

INSERT INTO accounts (id, auth_id, type, tier, company, contact_name_sealed, email_sealed, region, territory, max_rfq_capacity, created_at, updated_at) VALUES
    (1, 'auth|1', 'DEALER',      'STANDARD', 'Doors Ltd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', 'Texas', NULL, NULL, '2025-01-01', '2025-01-01'),
    (2, 'auth|2', 'PRO',         'PREMIUM',  NULL,        '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', 'Texas', NULL, NULL, '2025-01-01', '2025-01-01'),
    (3, 'auth|3', 'ACCOUNT_REP', NULL,       NULL,        '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', NULL, '{Texas}', 10, '2025-01-01', '2025-01-01'),
    (4, 'auth|4', 'DEALER',      'STANDARD', 'Locks Inc', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', 'Texas', NULL, NULL, '2025-01-01', '2025-01-01'),
    (5, 'auth|5', 'ACCOUNT_REP', NULL,       NULL,        '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', NULL, '{Texas}', 10, '2025-01-01', '2025-01-01');
INSERT INTO account_shopify_customers VALUES (600, 1, '2025-01-01');

INSERT INTO categories (id, parent_id, slug, name) VALUES (1, NULL, 'locks', 'Locks'), (2, NULL, 'vitamins', 'Vitamins');
INSERT INTO products (id, category_id, type, status, availability, handle, title, vendor, sku, price, shopify_id, created_at, updated_at) VALUES
    (1, 1, 'VARIABLE', 'ACTIVE', 'IN_STOCK', 'lock',    'Lock',      'Acme', 'P-1', 10.00, 700, '2025-01-01', '2025-01-01'),
    (2, 2, 'SIMPLE',   'ACTIVE', 'IN_STOCK', 'vitamin', 'Vitamin C', 'Acme', 'P-2', 20.00, 701, '2025-01-01', '2025-01-01'),
    (3, 1, 'VARIABLE', 'ACTIVE', 'IN_STOCK', 'bolt',    'Bolt',      'Acme', 'P-3', 30.00, 702, '2025-01-01', '2025-01-01');
INSERT INTO product_variants (id, product_id, sku, title, shopify_variant_id, created_at, updated_at) VALUES
    (1, 1, 'L-1', 'satin', 800, '2025-01-01', '2025-01-01'),
    (2, 1, 'L-2', 'brass', 801, '2025-01-01', '2025-01-01'),
    (3, 2, 'V-1', 'default', 802, '2025-01-01', '2025-01-01'),
    (4, 3, 'B-1', 'satin', 803, '2025-01-01', '2025-01-01');
INSERT INTO product_variant_groups (id, product_id, name, label, input, position) VALUES
    (1, 1, 'finish', 'Finish', 'SELECT', 1), (2, 3, 'finish', 'Finish', 'SELECT', 1);
INSERT INTO product_variant_options (id, group_id, value, label, price_modifier, position) VALUES
    (1, 1, 'satin', 'Satin', 0, 1), (2, 1, 'brass', 'Brass', 1.50, 2), (3, 2, 'satin', 'Satin', 0, 1), (4, 1, 'white', 'White', 2, 3);
INSERT INTO product_variant_selections (variant_id, group_id, option_id) VALUES (1, 1, 1), (2, 1, 2), (4, 2, 3);
INSERT INTO product_images (id, product_id, position, url, width, height, shopify_image_id) VALUES (1, 1, 1, 'a.jpg', 800, 600, 900);
INSERT INTO product_catalogs (id, product_id, title, url, pages, size_bytes, issued_at) VALUES (1, 1, 'Sheet', 'a.pdf', 2, 1000, '2025-01-01');

INSERT INTO standard_units (id, symbol, name, dimension, to_base) VALUES
    (1, 'mm', 'millimetre', 'length', 1), (2, 'in', 'inch', 'length', 25.4), (3, 'g', 'gram', 'mass', 1), (4, 'oz', 'ounce', 'mass', 28.35),
    (5, 'h', 'hour', 'time', 3600);
INSERT INTO specification_categories (id, parent_id, name) VALUES (1, NULL, 'Dimensions'), (2, NULL, 'Materials'), (3, NULL, 'Use');
INSERT INTO technical_specifications (id, product_id, category_id, unit_id, name, value, data_type, importance, numeric_value) VALUES
    (1, 1, 1, 1, 'Width', '10', 'NUMERIC', 'CRITICAL', 10);
INSERT INTO technical_specifications (id, product_id, category_id, name, value, data_type, importance) VALUES
    (2, 1, 2, 'Material', 'steel', 'ENUM', 'STANDARD');
INSERT INTO specification_templates (id, category_id, heading_id, unit_id, name, data_type, position) VALUES (1, 1, 3, 5, 'Lifetime', 'NUMERIC', 1);

INSERT INTO supplement_facts VALUES (2, 1.5, 4, 60, 'One a day');
INSERT INTO ingredients (id, name) VALUES (1, 'Vitamin C'), (2, 'Cellulose');
INSERT INTO product_ingredients VALUES (2, 1, 500, 3, 555, 1);
INSERT INTO allergens (id, name) VALUES (1, 'Milk'), (2, 'Soy');
INSERT INTO product_allergens VALUES (2, 1, 'FREE_FROM');
INSERT INTO certifications (id, code, name, body) VALUES (1, 'halal', 'Halal', 'IFANCA'), (2, 'gmp', 'GMP', 'NSF');
INSERT INTO product_certifications VALUES (2, 1, 'C-1', '2025-01-01', '2028-01-01');

INSERT INTO volume_discounts (id, product_id, min_quantity, percent) VALUES (1, 1, 10, 5);
INSERT INTO account_pricing (id, account_id, product_id, variant_id, fixed_price, effective_from, effective_until) VALUES
    (1, 1, 1, NULL, 9, '2026-01-01', '2027-01-01');

INSERT INTO carts (id, account_id, status, name, created_at, updated_at) VALUES
    (1, 1, 'CURRENT', NULL, '2026-05-01', '2026-05-01'), (2, 1, 'SAVED', 'Spring', '2026-05-01', '2026-05-01');
INSERT INTO cart_items (id, cart_id, variant_id, quantity, added_at) VALUES (1, 1, 1, 2, '2026-05-01'), (2, 2, 3, 1, '2026-05-01');

INSERT INTO rfq_requests (id, number, account_id, representative_id, submitted_at, updated_at) VALUES
    (1, 'RFQ-1', 1, NULL, '2026-05-30 12:00+00', '2026-05-30 12:00+00'),
    (2, 'RFQ-2', 2, 3,    '2026-05-20 12:00+00', '2026-05-20 12:00+00'),
    (3, 'RFQ-3', 4, 3,    '2026-05-20 12:00+00', '2026-05-20 12:00+00');
INSERT INTO rfq_items (id, rfq_id, variant_id, quantity) VALUES (1, 1, 1, 5), (2, 2, 3, 10), (3, 3, 1, 20);
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-05-21 12:00+00' WHERE id IN (2, 3);
INSERT INTO quote_revisions (id, rfq_id, revision) VALUES (1, 3, 1), (2, 2, 1);
INSERT INTO quote_lines VALUES (1, 1, 1, 'L-1', 'Lock', 20, 8.00, 160.00), (2, 1, 3, 'V-1', 'Vitamin C', 10, 18.00, 180.00);
UPDATE quote_revisions SET sent_at = '2026-05-21 12:00+00', valid_until = '2026-06-20 12:00+00' WHERE id = 1;
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-05-21 12:00+00' WHERE id = 3;
INSERT INTO orders (id, number, account_id, revision_id, total, placed_at) VALUES (1, 'ORD-1', 1, NULL, 20, '2026-05-01');
INSERT INTO order_lines VALUES (1, 1, 2, 2, 10, 20);

INSERT INTO locations (id, name, region) VALUES (1, 'North', 'Texas'), (2, 'South', 'Texas'), (3, 'East', 'Texas');
INSERT INTO inventory_locations (variant_id, location_id, quantity, reserved, updated_at) VALUES
    (1, 1, 10, 2, '2026-05-01'), (3, 1, 0, 0, '2026-05-01'), (3, 2, 0, 0, '2026-05-01');
INSERT INTO inventory_lots (id, variant_id, location_id, lot, expires_on, quantity, updated_at) VALUES
    (1, 3, 1, 'FRESH', '2027-01-01', 5, '2026-05-01'), (2, 3, 1, 'OLD', '2026-06-01', 3, '2026-05-01');
INSERT INTO inventory_webhooks VALUES ('wh-1', 1, 1, 8, '2026-05-01', '2026-05-01');
INSERT INTO product_sync_log (id, product_id, shopify_id, operation, status, started_at, finished_at) VALUES
    (1, 3, 702, 'UPDATE', 'SUCCESS', '2026-05-01', '2026-05-01');

-- keys that the cases do not name begin behind those that they do
SELECT setval(pg_get_serial_sequence(quote_ident(table_name), column_name), 1000)
  FROM information_schema.columns
 WHERE table_schema = 'public' AND is_identity = 'YES';
