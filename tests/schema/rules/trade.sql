-- case: two requests cannot have one number
-- refused by: rfq_requests_number_key
UPDATE rfq_requests SET number = 'RFQ-2' WHERE id = 1;

-- case: who asks exists
-- refused by: rfq_requests_account_id_fkey
UPDATE rfq_requests SET account_id = 99 WHERE id = 1;

-- case: deleting a representative sets assignments to null
-- kept by: rfq_requests_representative_id_fkey
DELETE FROM accounts WHERE id = 3;
SELECT bool_and(representative_id IS NULL) FROM rfq_requests;

-- case: who answers is a representative
-- refused by: rfq_requests_representative
UPDATE rfq_requests SET representative_id = 2 WHERE id = 1;

-- case: a request begins as pending
-- refused by: rfq_requests_begin
INSERT INTO rfq_requests (account_id, status, submitted_at, updated_at) VALUES (1, 'IN_REVIEW', now(), now());

-- case: a request takes no step that is not allowed
-- refused by: rfq_requests_transition
UPDATE rfq_requests SET status = 'ACCEPTED' WHERE id = 1;

-- case: a request is not quoted without a quote that was sent
-- refused by: rfq_requests_transition
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-06-01' WHERE id = 2;

-- case: a quote that is no longer valid cannot be accepted
-- refused by: rfq_requests_transition
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-20 12:00+00' WHERE id = 3;

-- case: a quote that is still valid does not expire
-- refused by: rfq_requests_transition
UPDATE rfq_requests SET status = 'EXPIRED', updated_at = '2026-06-20 11:59+00' WHERE id = 3;

-- case: the first answer is dated
-- kept by: rfq_requests_transition
UPDATE rfq_requests SET status = 'DECLINED', updated_at = '2026-06-01' WHERE id = 1;
SELECT answered_at = '2026-06-01' FROM rfq_requests WHERE id = 1;

-- case: every step is on record, with who took it
-- kept by: rfq_requests_history
SELECT set_config('shop.account_id', '3', true);
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-05-31' WHERE id = 1;
SELECT (from_status, to_status, changed_by, changed_at) = ('PENDING', 'IN_REVIEW', 3, '2026-05-31')
  FROM rfq_status_history WHERE rfq_id = 1 ORDER BY id DESC LIMIT 1;

-- case: what is on record is not rewritten
-- refused by: rfq_status_history_stays
UPDATE rfq_status_history SET to_status = 'ACCEPTED';

-- case: what is on record is not removed
-- refused by: rfq_status_history_stays
DELETE FROM rfq_status_history;

-- case: a record is about a request that exists
-- refused by: rfq_status_history_rfq_id_fkey
INSERT INTO rfq_status_history (rfq_id, to_status, changed_at) VALUES (99, 'PENDING', now());

-- case: who took a step exists
-- refused by: rfq_status_history_changed_by_fkey
INSERT INTO rfq_status_history (rfq_id, to_status, changed_by, changed_at) VALUES (1, 'PENDING', 99, now());

-- case: an answer comes after the question
-- refused by: rfq_requests_answered_later
UPDATE rfq_requests SET answered_at = '2026-05-01' WHERE id = 1;

-- case: a request is not changed before it exists
-- refused by: rfq_requests_updated_later
UPDATE rfq_requests SET updated_at = '2026-05-01' WHERE id = 1;

-- case: a request is not flagged before 24 hours have gone by
-- refused by: rfq_requests_flagged_late
UPDATE rfq_requests SET flagged_at = '2026-05-31 11:59+00' WHERE id = 1;

-- case: a line is one of a request that exists
-- refused by: rfq_items_rfq_id_fkey
UPDATE rfq_items SET rfq_id = 99 WHERE id = 1;

-- case: what is asked for exists
-- refused by: rfq_items_variant_id_fkey
UPDATE rfq_items SET variant_id = 99 WHERE id = 1;

-- case: a variant is asked for once in a request
-- refused by: rfq_items_rfq_id_variant_id_key
INSERT INTO rfq_items (rfq_id, variant_id, quantity) VALUES (1, 1, 1);

-- case: nobody asks for nothing
-- refused by: rfq_items_quantity_check
UPDATE rfq_items SET quantity = 0 WHERE id = 1;

-- case: what one would like to pay is positive
-- refused by: rfq_items_target_price_check
UPDATE rfq_items SET target_price = 0 WHERE id = 1;

-- case: a quote answers a request that exists
-- refused by: quote_revisions_keep_request
INSERT INTO quote_revisions (rfq_id, revision) VALUES (99, 1);

-- case: a request with quotes is kept
-- refused by: quote_revisions_keep_request
DELETE FROM rfq_requests WHERE id = 2;

-- case: a revision of a request has a number of its own
-- refused by: quote_revisions_rfq_id_revision_key
INSERT INTO quote_revisions (rfq_id, revision) VALUES (3, 1);

-- case: revisions count from one
-- refused by: quote_revisions_revision_check
INSERT INTO quote_revisions (rfq_id, revision) VALUES (1, 0);

-- case: a total is not negative
-- refused by: quote_revisions_total_check
INSERT INTO quote_revisions (rfq_id, revision, total) VALUES (1, 1, -1);

-- case: a sent quote is valid for 30 days
-- refused by: quote_revisions_valid_30_days
UPDATE quote_revisions SET sent_at = '2026-06-01', valid_until = '2026-07-02' WHERE id = 2;

-- case: a quote begins as a draft
-- refused by: quote_revisions_begin
INSERT INTO quote_revisions (rfq_id, revision, sent_at, valid_until) VALUES (1, 1, '2026-06-01 00:00+00', '2026-07-01 00:00+00');

-- case: the total of a quote that is sent is the sum of its lines
-- kept by: quote_revisions_send
UPDATE quote_revisions SET total = 1, sent_at = '2026-06-01 00:00+00', valid_until = '2026-07-01 00:00+00' WHERE id = 2;
SELECT total = 180 FROM quote_revisions WHERE id = 2;

-- case: a quote without lines is not sent
-- refused by: quote_revisions_send
DELETE FROM quote_lines WHERE revision_id = 2;
UPDATE quote_revisions SET sent_at = '2026-06-01 00:00+00', valid_until = '2026-07-01 00:00+00' WHERE id = 2;

-- case: a sent quote never changes
-- refused by: quote_revisions_sent_stays
UPDATE quote_revisions SET total = 1 WHERE id = 1;

-- case: a line of a sent quote never changes
-- refused by: quote_lines_sent_stay
UPDATE quote_lines SET quantity = 1, line_total = 8 WHERE revision_id = 1;

-- case: a sent quote gets no more lines
-- refused by: quote_lines_sent_stay
INSERT INTO quote_lines VALUES (1, 2, 2, 'L-2', 'Lock', 1, 1, 1);

-- case: a line moves neither out of nor into a sent quote
-- refused by: quote_lines_sent_stay
UPDATE quote_lines SET revision_id = 1, line = 2 WHERE revision_id = 2;

-- case: a line is one of a quote that exists
-- refused by: quote_lines_revision_id_fkey
INSERT INTO quote_lines VALUES (99, 1, 1, 'L-1', 'Lock', 1, 1, 1);

-- case: what is offered exists
-- refused by: quote_lines_variant_id_fkey
INSERT INTO quote_lines VALUES (2, 2, 99, 'L-1', 'Lock', 1, 1, 1);

-- case: lines of a quote count from one
-- refused by: quote_lines_line
INSERT INTO quote_lines VALUES (2, 0, 1, 'L-1', 'Lock', 1, 1, 1);

-- case: nothing is offered in no quantity
-- refused by: quote_lines_quantity
INSERT INTO quote_lines VALUES (2, 2, 1, 'L-1', 'Lock', 0, 1, 0);

-- case: an offered price is not negative
-- refused by: quote_lines_unit_price
INSERT INTO quote_lines VALUES (2, 2, 1, 'L-1', 'Lock', 1, -1, -1);

-- case: an offered line adds up
-- refused by: quote_lines_total
INSERT INTO quote_lines VALUES (2, 2, 1, 'L-1', 'Lock', 2, 1, 2.02);

-- case: two orders cannot have one number
-- refused by: orders_number_key
INSERT INTO orders (number, total, placed_at) VALUES ('ORD-1', 0, now());

-- case: who bought exists
-- refused by: orders_account_id_fkey
UPDATE orders SET account_id = 99 WHERE id = 1;

-- case: the quote that was accepted exists
-- refused by: orders_revision_id_fkey
UPDATE orders SET revision_id = 99 WHERE id = 1;

-- case: a quote becomes one order
-- refused by: orders_revision_id_key
UPDATE orders SET revision_id = 1 WHERE id = 1;
INSERT INTO orders (number, revision_id, total, placed_at) VALUES ('ORD-2', 1, 0, now());

-- case: an order's total is not negative
-- refused by: orders_total_check
UPDATE order_lines SET quantity = 1, unit_price = 0, line_total = -0.01 WHERE order_id = 1;
UPDATE orders SET total = -0.01 WHERE id = 1;

-- case: an order's total is the sum of its lines
-- refused by: orders_total_of_lines
UPDATE orders SET total = 21 WHERE id = 1;

-- case: lines cannot change without their order's total
-- refused by: order_lines_make_total
UPDATE order_lines SET quantity = 1, line_total = 10 WHERE order_id = 1;

-- case: a line is one of an order that exists
-- refused by: order_lines_order_id_fkey
INSERT INTO order_lines VALUES (99, 1, 1, 1, 0, 0);

-- case: what was bought exists
-- refused by: order_lines_variant_id_fkey
UPDATE order_lines SET variant_id = 99 WHERE order_id = 1;

-- case: lines of an order count from one
-- refused by: order_lines_line_check
UPDATE order_lines SET line = 0 WHERE order_id = 1;

-- case: nothing is bought in no quantity
-- refused by: order_lines_quantity_check
INSERT INTO order_lines VALUES (1, 2, 1, 0, 1, 0);

-- case: a price paid is not negative
-- refused by: order_lines_unit_price_check
INSERT INTO order_lines VALUES (1, 2, 1, 1, -0.01, 0);

-- case: a line adds up
-- refused by: order_lines_total
UPDATE order_lines SET line_total = 20.02 WHERE order_id = 1;
UPDATE orders SET total = 20.02 WHERE id = 1;
