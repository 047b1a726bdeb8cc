-- why: as before, but that pg_stat_io says what sessions wrote; fewer than buffers_backend, which counts extensions
SELECT buffers_clean, maxwritten_clean, buffers_alloc,
       checkpoints_timed AS num_timed,
       checkpoints_req AS num_requested,
       checkpoint_write_time AS write_time,
       checkpoint_sync_time AS sync_time,
       buffers_checkpoint AS buffers_written,
       (SELECT sum(writes) FROM pg_stat_io WHERE backend_type = 'client backend' AND object = 'relation')
         AS buffers_backend
  FROM pg_stat_bgwriter
