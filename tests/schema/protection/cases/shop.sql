-- why: rows of another buyer (4), of one without anything (6) and of two representatives (3, 5), next to those of the
-- small shop: a request that was quoted twice, one accepted and not ordered yet, one in review with a draft, one ordered

INSERT INTO accounts (id, auth_id, type, tier, company, contact_name_sealed, email_sealed, region, created_at, updated_at) VALUES
    (6, 'auth|6', 'DEALER', 'STANDARD', 'Keys Ltd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', '\x0100010011223344556677889900aabbccddeeff0011223344556677889900aabbccdd', 'Texas', '2025-01-01', '2025-01-01');
INSERT INTO account_shopify_customers VALUES (601, 4, '2025-01-01');
INSERT INTO account_pricing (id, account_id, product_id, fixed_price, effective_from, effective_until) VALUES
    (2, 4, 1, 7, '2026-01-01', '2027-01-01');
INSERT INTO carts (id, account_id, status, name, created_at, updated_at) VALUES
    (3, 4, 'CURRENT', NULL, '2026-05-01', '2026-05-01'), (4, 4, 'SAVED', 'Secret', '2026-05-01', '2026-05-01');
INSERT INTO cart_items (id, cart_id, variant_id, quantity, added_at) VALUES (3, 3, 1, 77, '2026-05-01');

INSERT INTO rfq_requests (id, number, account_id, representative_id, notes, submitted_at, updated_at) VALUES
    (4, 'RFQ-4', 1, 5, 'pays late', '2026-05-20 12:00+00', '2026-05-20 12:00+00'),
    (5, 'RFQ-5', 1, 5, NULL, '2026-05-20 12:00+00', '2026-05-20 12:00+00'),
    (6, 'RFQ-6', 4, 3, NULL, '2026-05-20 12:00+00', '2026-05-20 12:00+00'),
    (7, 'RFQ-7', 4, NULL, NULL, '2026-05-20 12:00+00', '2026-05-20 12:00+00'),
    (8, 'RFQ-8', 1, 5, NULL, '2026-05-20 12:00+00', '2026-05-20 12:00+00');
INSERT INTO rfq_items (id, rfq_id, variant_id, quantity) VALUES (4, 4, 1, 5), (5, 5, 1, 5), (6, 6, 1, 5), (7, 7, 1, 5), (8, 8, 1, 5);
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-05-21 12:00+00' WHERE id IN (4, 5, 6, 8);
INSERT INTO quote_revisions (id, rfq_id, revision) VALUES (3, 4, 1), (4, 5, 1), (5, 6, 1), (6, 8, 1);
INSERT INTO quote_lines VALUES
    (3, 1, 1, 'L-1', 'Lock', 5, 8.00, 40.00), (4, 1, 1, 'L-1', 'Lock', 5, 8.00, 40.00),
    (5, 1, 1, 'L-1', 'Lock', 5, 7.00, 35.00), (6, 1, 1, 'L-1', 'Lock', 5, 8.00, 40.00);
UPDATE quote_revisions SET sent_at = '2026-05-21 12:00+00', valid_until = '2026-06-20 12:00+00' WHERE id IN (3, 4, 5);
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-05-21 12:00+00' WHERE id IN (4, 5, 6);
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-05-22 12:00+00' WHERE id = 4;
INSERT INTO quote_revisions (id, rfq_id, revision) VALUES (7, 4, 2);
INSERT INTO quote_lines VALUES (7, 1, 1, 'L-1', 'Lock', 5, 9.00, 45.00);
UPDATE quote_revisions SET sent_at = '2026-05-22 12:00+00', valid_until = '2026-06-21 12:00+00' WHERE id = 7;
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-05-22 12:00+00' WHERE id = 4;
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-05-23 12:00+00' WHERE id IN (5, 6);
INSERT INTO orders (id, number, account_id, revision_id, total, placed_at) VALUES (2, 'ORD-Q5', 4, 5, 35, '2026-05-23 12:00+00');
INSERT INTO order_lines VALUES (2, 1, 1, 5, 7, 35);
