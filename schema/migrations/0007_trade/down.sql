-- why: takes quotations and orders away
DROP TABLE order_lines, orders, quote_revisions, rfq_items, rfq_requests, rfq_transitions;
DROP SEQUENCE rfq_numbers;
DROP FUNCTION refuse_other_than_representative();
DROP FUNCTION refuse_illegal_rfq_transition();
DROP TYPE rfq_priority, rfq_status;
