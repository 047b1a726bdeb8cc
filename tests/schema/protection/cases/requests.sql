-- why: quotation requests: who asks, who answers, who decides

-- case: a buyer asks for a quotation, and its step is on record under its name
-- about: rfq_requests rfq_items rfq_status_history keep_rfq_history shop_buyer
-- as: shop_buyer account_id=2
-- ends: true
INSERT INTO rfq_requests (account_id, submitted_at, updated_at) VALUES (2, '2026-06-01', '2026-06-01');
INSERT INTO rfq_items (rfq_id, variant_id, quantity) SELECT max(id), 1, 5 FROM rfq_requests;
SELECT h.changed_by = 2 AND h.to_status = 'PENDING'
  FROM rfq_status_history h
 ORDER BY h.id DESC LIMIT 1;

-- case: a buyer asks for nothing in another's name
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO rfq_requests (account_id, submitted_at, updated_at) VALUES (4, '2026-06-01', '2026-06-01');

-- case: a buyer adds no line to another's request
-- about: rfq_items shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO rfq_items (rfq_id, variant_id, quantity) VALUES (7, 2, 1);

-- case: a buyer declines a quote of its own
-- about: rfq_requests refuse_illegal_rfq_transition shop_buyer
-- as: shop_buyer account_id=1
-- ends: changes 1
UPDATE rfq_requests SET status = 'DECLINED', updated_at = '2026-06-01' WHERE id = 4;

-- case: a buyer accepts a quote of its own, and asks for another revision instead
-- about: rfq_requests refuse_illegal_rfq_transition shop_buyer
-- as: shop_buyer account_id=4
-- ends: changes 1
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-06-01' WHERE id = 3;

-- case: a buyer does not decide for another
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: changes 0
UPDATE rfq_requests SET status = 'DECLINED', updated_at = '2026-06-01' WHERE id = 3;

-- case: a buyer without requests who decides on all of them decides on none
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=6
-- ends: changes 0
UPDATE rfq_requests SET status = 'DECLINED', updated_at = '2026-06-01';

-- case: a buyer does not quote
-- about: rfq_requests shop_buyer
-- as: owner
UPDATE quote_revisions SET sent_at = '2026-06-01', valid_until = '2026-07-01' WHERE id = 6;
-- as: shop_buyer account_id=1
-- ends: changes 0
UPDATE rfq_requests SET status = 'QUOTED', updated_at = '2026-06-01' WHERE id = 8;

-- case: a buyer takes no request into review
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: changes 0
UPDATE rfq_requests SET status = 'IN_REVIEW', updated_at = '2026-06-01' WHERE id = 1;

-- case: a buyer lets no quote expire
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE rfq_requests SET status = 'EXPIRED', updated_at = '2026-07-01' WHERE id = 4;

-- case: a draft does not stand between a buyer and the quote that was sent
-- about: rfq_requests refuse_illegal_rfq_transition shop_buyer
-- as: owner
INSERT INTO quote_revisions (rfq_id, revision) VALUES (4, 3);
-- as: shop_buyer account_id=1
-- ends: changes 1
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-01' WHERE id = 4;

-- case: a buyer adds no line to a request that somebody looks at
-- about: rfq_items shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
INSERT INTO rfq_items (rfq_id, variant_id, quantity) VALUES (8, 2, 1);

-- case: a representative drafts no quote for a request that is settled
-- about: quote_revisions shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
INSERT INTO quote_revisions (rfq_id, revision) VALUES (5, 2);

-- case: a buyer chooses no representative
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE rfq_requests SET representative_id = 3 WHERE id = 8;

-- case: a buyer does not see what its representative noted
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
SELECT notes FROM rfq_requests;

-- case: notes do not come back from a request that is changed
-- about: rfq_requests shop_buyer
-- as: shop_buyer account_id=1
-- ends: refused 42501
UPDATE rfq_requests SET updated_at = '2026-06-01' WHERE id = 4 RETURNING notes;

-- case: a representative takes a request that nobody answers
-- about: rfq_requests refuse_other_than_representative shop_representative
-- as: shop_representative account_id=5
-- ends: changes 1
UPDATE rfq_requests SET status = 'IN_REVIEW', representative_id = 5, notes = 'mine', updated_at = '2026-06-01' WHERE id = 7;

-- case: a representative takes nothing from a colleague
-- about: rfq_requests shop_representative
-- as: shop_representative account_id=5
-- ends: changes 0
UPDATE rfq_requests SET representative_id = 5 WHERE id = 2;

-- case: a representative who changes all requests changes its own
-- about: rfq_requests shop_representative
-- as: owner
UPDATE rfq_requests SET representative_id = 3 WHERE id NOT IN (4, 8);
-- as: shop_representative account_id=5
-- ends: changes 2
UPDATE rfq_requests SET priority = 'HIGH';

-- case: a representative hands nothing over
-- about: rfq_requests shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
UPDATE rfq_requests SET representative_id = 3 WHERE id = 4;

-- case: a representative does not accept its own quote
-- about: rfq_requests shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-01' WHERE id = 4;

-- case: a representative sees no request of a colleague, nor its lines and steps
-- about: rfq_requests rfq_items rfq_status_history shop_representative
-- as: shop_representative account_id=5
-- ends: true
SELECT NOT EXISTS (SELECT FROM rfq_requests WHERE representative_id = 3)
   AND NOT EXISTS (SELECT FROM rfq_items WHERE rfq_id IN (2, 3, 6))
   AND NOT EXISTS (SELECT FROM rfq_status_history WHERE rfq_id IN (2, 3, 6));

-- case: the back office assigns a request and flags it
-- about: rfq_requests shop_back_office
-- as: shop_back_office
-- ends: changes 1
UPDATE rfq_requests SET representative_id = 3, flagged_at = '2026-06-01', updated_at = '2026-06-01' WHERE id = 7;

-- case: nobody rewrites what happened to a request
-- about: rfq_status_history shop_back_office
-- as: shop_back_office
-- ends: refused 42501
DELETE FROM rfq_status_history;
