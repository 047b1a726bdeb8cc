-- why: an account asks for a quotation of several items
-- params: account_id bigint, message text, variant_ids bigint[], quantities int[]
-- role: shop_buyer
-- frequency: medium
-- slo_ms: 200
-- set: shop.account_id = :account_id
-- retries: 3
-- isolation: read committed
-- example: 1,please quote,"{1,2}","{10,20}"

-- step: open_request -> rfq_id bigint
INSERT INTO rfq_requests (account_id, message, submitted_at, updated_at)
VALUES (:account_id, :message, :as_of, :as_of)
RETURNING id AS rfq_id;

-- step: add_lines
INSERT INTO rfq_items (rfq_id, variant_id, quantity)
SELECT :rfq_id, line.variant_id, line.quantity
  FROM unnest(:variant_ids, :quantities) AS line (variant_id, quantity);
