-- why: the next accounts whose data are sealed; others wait before they change one
SELECT a.id, a.contact_name_sealed, a.email_sealed, a.phone_sealed, a.address_sealed, a.email_index, a.phone_index
  FROM accounts a
 WHERE a.id > %(after)s
   AND a.id = coalesce(%(only)s::bigint, a.id)
   AND num_nonnulls(a.contact_name_sealed, a.email_sealed, a.phone_sealed, a.address_sealed) > 0
 ORDER BY a.id
 LIMIT %(rows)s
   FOR NO KEY UPDATE
