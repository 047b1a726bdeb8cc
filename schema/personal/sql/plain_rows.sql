-- why: the next accounts with personal data in clear; others wait before they change one
SELECT a.id, a.contact_name, a.email, a.phone,
       a.contact_name_sealed, a.email_sealed, a.phone_sealed, a.address_sealed
  FROM accounts a
 WHERE a.id > %(after)s
   AND num_nonnulls(a.contact_name, a.email, a.phone) > 0
 ORDER BY a.id
 LIMIT %(rows)s
   FOR NO KEY UPDATE
