-- why: eight steps are allowed, and both triggers stand guard
SELECT (SELECT count(*) FROM rfq_transitions) = 8
   AND (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'rfq_requests'::regclass AND NOT tgisinternal) = 2;
