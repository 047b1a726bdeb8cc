-- why: a representative's queue has lost its index
-- family: lost index
-- class: representative_dashboard
-- cause: index rfq_requests_queue

-- step: change
DROP INDEX rfq_requests_queue;
