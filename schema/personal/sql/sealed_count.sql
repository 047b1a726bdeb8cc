-- why: how much there is to look through
SELECT count(*) FROM accounts WHERE id = coalesce(%(only)s::bigint, id)
