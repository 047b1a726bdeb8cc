-- why: checkpoints that came by the clock, and those that WAL or somebody asked for
SELECT checkpoints_timed AS timed,
       checkpoints_req AS requested,
       coalesce(extract(epoch FROM now() - stats_reset), 0)::float8 AS counted_s
  FROM pg_stat_bgwriter;
