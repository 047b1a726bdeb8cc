-- why: quotes and their lines: drafted by who answers, seen by who asked once they are sent

-- case: a buyer sees the quotes that were sent to it, and no draft
-- about: quote_revisions quote_lines shop_buyer
-- as: shop_buyer account_id=1
-- ends: true
SELECT (SELECT array_agg(id ORDER BY id) FROM quote_revisions) = '{3,4,7}'
   AND (SELECT array_agg(revision_id ORDER BY revision_id) FROM quote_lines) = '{3,4,7}';

-- case: a representative drafts a quote, writes its lines, and sends it
-- about: quote_revisions quote_lines send_quote refuse_changing_sent_lines shop_representative
-- as: shop_representative account_id=5
-- ends: true
INSERT INTO quote_revisions (rfq_id, revision) VALUES (8, 2);
INSERT INTO quote_lines SELECT max(id), 1, 1, 'L-1', 'Lock', 5, 8, 40 FROM quote_revisions;
INSERT INTO quote_lines SELECT max(id), 2, 2, 'L-2', 'Lock', 1, 8, 8 FROM quote_revisions;
UPDATE quote_lines SET unit_price = 9, line_total = 9 WHERE line = 2;
UPDATE quote_revisions SET sent_at = '2026-06-01', valid_until = '2026-07-01' WHERE rfq_id = 8 AND revision = 2;
SELECT total = 49 FROM quote_revisions WHERE rfq_id = 8 AND revision = 2;

-- case: a representative throws a draft away
-- about: quote_revisions quote_lines shop_representative
-- as: shop_representative account_id=5
-- ends: changes 1
DELETE FROM quote_lines WHERE revision_id = 6;
DELETE FROM quote_revisions WHERE id = 6;

-- case: a representative quotes on no request of a colleague
-- about: quote_revisions shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
INSERT INTO quote_revisions (rfq_id, revision) VALUES (2, 2);

-- case: a representative quotes on no request that it has not taken
-- about: quote_revisions shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
INSERT INTO quote_revisions (rfq_id, revision) VALUES (7, 1);

-- case: a representative writes no line into a colleague's draft
-- about: quote_lines refuse_changing_sent_lines shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
INSERT INTO quote_lines VALUES (2, 9, 1, 'L-1', 'Lock', 1, 1, 1);

-- case: a representative who deletes all lines of drafts deletes its own
-- about: quote_lines shop_representative
-- as: owner
ALTER TABLE quote_lines DISABLE TRIGGER quote_lines_sent_stay;
-- as: shop_representative account_id=5
-- ends: changes 4
DELETE FROM quote_lines;

-- case: a sent quote takes no further line, whatever its rule says
-- about: quote_lines shop_representative
-- as: owner
ALTER TABLE quote_lines DISABLE TRIGGER quote_lines_sent_stay;
-- as: shop_representative account_id=5
-- ends: refused 42501
INSERT INTO quote_lines VALUES (3, 2, 2, 'L-2', 'Lock', 1, 1, 1);

-- case: a representative changes no line of a sent quote
-- about: quote_lines refuse_changing_sent_lines shop_representative
-- as: shop_representative account_id=5
-- ends: refused 23001
UPDATE quote_lines SET unit_price = 1, line_total = 5 WHERE revision_id = 3;

-- case: a line stays in its quote
-- about: quote_lines shop_representative
-- as: shop_representative account_id=5
-- ends: refused 42501
UPDATE quote_lines SET revision_id = 6 WHERE revision_id = 3;
