-- why: what was sealed does not stay in clear
UPDATE accounts
   SET contact_name = NULL, email = NULL, phone = NULL
 WHERE id = ANY (%(id)s)
   AND num_nonnulls(contact_name, email, phone) > 0
