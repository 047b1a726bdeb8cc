-- why: sent quotes are guarded, steps are recorded, totals are checked
SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'quote_revisions'::regclass AND tgenabled = 'O' AND tgname ~ '^quote_revisions_') = 3
   AND (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'rfq_requests'::regclass AND tgenabled = 'O' AND tgname ~ '^rfq_requests_') = 4
   AND (SELECT bool_and(convalidated) FROM pg_constraint WHERE conrelid IN ('quote_revisions'::regclass, 'rfq_requests'::regclass));
