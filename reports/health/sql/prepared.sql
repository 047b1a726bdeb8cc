-- why: transactions that were prepared and wait for their second phase hold locks and dead rows as open ones do
SELECT count(*) AS count,
       coalesce(max(extract(epoch FROM clock_timestamp() - prepared)), 0)::float8 AS oldest_s,
       coalesce((array_agg(gid ORDER BY prepared))[1], '') AS oldest
  FROM pg_prepared_xacts;
