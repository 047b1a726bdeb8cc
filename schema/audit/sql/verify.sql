-- why: the first seal of a month that is not what its events and the seal before it make
WITH seals AS (
    SELECT s.place, s.until_transaction, s.events, s.digest,
           lag(s.digest, 1, ''::bytea) OVER chain AS before,
           row_number() OVER chain AS counted,
           s.until_transaction > lag(s.until_transaction, 1, 0::bigint) OVER chain AS grows
      FROM b2bench_audit.seals s
     WHERE s.partition = {name}
    WINDOW chain AS (ORDER BY s.place)
), events AS (
    SELECT width_bucket(e.transaction_id, bounds.until) + 1 AS counted, count(*) AS events,
           string_agg({digest}, ''::bytea ORDER BY e.transaction_id, e.id) AS digests
      FROM {partition} e
     CROSS JOIN (SELECT array_agg(s.until_transaction ORDER BY s.until_transaction) AS until FROM seals s) AS bounds
     WHERE e.transaction_id < (SELECT max(s.until_transaction) FROM seals s)
     GROUP BY 1
)
SELECT s.place,
       CASE WHEN s.place <> s.counted OR NOT s.grows THEN 'a seal before it is gone, or was added'
            WHEN e.events IS DISTINCT FROM s.events
            THEN format('it covers %s events, there are %s', s.events, coalesce(e.events, 0))
            ELSE 'an event, or the seal itself, was changed' END AS said
  FROM seals s
  LEFT JOIN events e USING (counted)
 WHERE s.place <> s.counted
    OR NOT s.grows
    OR e.events IS DISTINCT FROM s.events
    OR s.digest IS DISTINCT FROM sha256(s.before || e.digests)
 ORDER BY s.place
 LIMIT 1
