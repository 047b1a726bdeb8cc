-- why: whether entries were lost: thrown out for want of room, or all at once; the view could be locked
SELECT dealloc, date_part('epoch', stats_reset)
  FROM pg_stat_statements_info()
