-- why: checkpoints as they were counted before 17, under the names that they have since
SELECT b.*,
       checkpoints_timed AS num_timed,
       checkpoints_req AS num_requested,
       checkpoint_write_time AS write_time,
       checkpoint_sync_time AS sync_time,
       buffers_checkpoint AS buffers_written
  FROM pg_stat_bgwriter b
