-- why: the copy is gone
SELECT count(*) = 0
  FROM pg_attribute
 WHERE attrelid = 'rfq_requests'::regclass AND attname IN ('quoted_total', 'valid_until') AND NOT attisdropped;
