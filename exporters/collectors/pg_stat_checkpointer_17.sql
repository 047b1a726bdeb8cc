-- why: checkpoints and the background writer, which have a view each since 17
SELECT c.*, b.*,
       (SELECT sum(writes) FROM pg_stat_io WHERE backend_type = 'client backend' AND object = 'relation')
         AS buffers_backend
  FROM pg_stat_checkpointer c,
       pg_stat_bgwriter b
