-- why: seals the events of one month whose transactions have all ended and that no seal covers yet
WITH last AS (
    SELECT coalesce(max(s.place), 0) AS place, coalesce(max(s.until_transaction), 0) AS until_transaction,
           coalesce((array_agg(s.digest ORDER BY s.place DESC))[1], ''::bytea) AS digest
      FROM b2bench_audit.seals s
     WHERE s.partition = {name}
), now_ended AS (
    -- a transaction that is older than every one that runs has ended, and its events are there to be seen
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS until_transaction
), events AS (
    SELECT count(*) AS events,
           string_agg({digest}, ''::bytea ORDER BY e.transaction_id, e.id) AS digests
      FROM {partition} e, last, now_ended n
     WHERE e.transaction_id >= last.until_transaction
       AND e.transaction_id < n.until_transaction
)
INSERT INTO b2bench_audit.seals (partition, place, until_transaction, events, digest, sealed_at)
SELECT {name}, last.place + 1, n.until_transaction, e.events, sha256(last.digest || e.digests), clock_timestamp()
  FROM last, now_ended n, events e
 WHERE e.events > 0
RETURNING events
