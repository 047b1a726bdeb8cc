-- why: those of some functions that may not see rows before a policy has passed them; a name's functions all alike,
--      for a plan does not say which of them it calls.
SELECT p.proname::text
  FROM pg_proc p
 WHERE p.proname = ANY (%(names)s)
 GROUP BY p.proname
HAVING bool_and(NOT p.proleakproof)
 ORDER BY p.proname
