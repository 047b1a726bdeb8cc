-- why: eight steps are allowed, and both triggers stand guard
SELECT (SELECT count(*) FROM rfq_transitions) = 8
   AND (SELECT count(*)
          FROM pg_trigger
         WHERE tgname IN ('rfq_requests_transition', 'rfq_requests_representative') AND tgenabled = 'O') = 2;
