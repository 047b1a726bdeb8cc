-- why: orders: at the price, under the number and of the lines that the accepted quote says

-- case: a buyer orders what it has accepted, at its price
-- about: orders order_lines shop_buyer refuse_wrong_order_total
-- as: shop_buyer account_id=1
-- ends: changes 1
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q4', 1, 4, 40, '2026-06-01');
INSERT INTO order_lines
SELECT o.id, l.line, l.variant_id, l.quantity, l.unit_price, l.line_total
  FROM orders o JOIN quote_lines l USING (revision_id) WHERE o.revision_id = 4;
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM carts WHERE id = 1;

-- case: a buyer does not order at another total
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q4', 1, 4, 1, '2026-06-01');

-- case: a buyer does not order under another number
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-1', 1, 4, 40, '2026-06-01');

-- case: a buyer does not order before it accepts
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q7', 1, 7, 45, '2026-06-01');

-- case: a buyer does not order at the price of a quote that was replaced
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-01' WHERE id = 4;
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q3', 1, 3, 40, '2026-06-01');

-- case: a buyer does not order in another's name
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q4', 4, 4, 40, '2026-06-01');

-- case: a buyer does not order what another accepted
-- about: orders shop_buyer
-- as: owner
DELETE FROM orders WHERE id = 2;
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q5', 1, 5, 35, '2026-06-01');

-- case: a buyer does not order without a quote
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q', 1, NULL, 0, '2026-06-01');

-- case: lines of an order are those of its quote
-- about: order_lines shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q4', 1, 4, 40, '2026-06-01');
INSERT INTO order_lines SELECT id, 1, 1, 50, 0.80, 40 FROM orders WHERE revision_id = 4;

-- case: a buyer adds no line to another's order
-- about: order_lines shop_buyer
-- as: owner
DELETE FROM order_lines WHERE order_id = 2;
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO order_lines VALUES (2, 1, 1, 5, 7, 35);

-- case: an order without its lines is refused, also when its buyer has forgotten who it is
-- about: orders refuse_wrong_order_total shop_buyer
-- as: shop_buyer account_id=1
INSERT INTO orders (number, account_id, revision_id, total, placed_at) VALUES ('ORD-Q4', 1, 4, 40, '2026-06-01');
-- as: shop_buyer
-- ends: refused 23514
SET CONSTRAINTS ALL IMMEDIATE;

-- case: a buyer changes no order
-- about: orders shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE orders SET total = 0;

-- case: the back office orders for an account
-- about: orders order_lines refuse_wrong_order_total shop_back_office
-- as: shop_back_office
-- ends: changes 1
INSERT INTO orders (id, number, account_id, total, placed_at) VALUES (20, 'ORD-20', 2, 10, '2026-06-01');
INSERT INTO order_lines VALUES (20, 1, 1, 1, 10, 10);
