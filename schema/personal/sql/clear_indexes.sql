-- why: an account whose key was destroyed is not found by its data either
UPDATE accounts
   SET email_index = NULL, phone_index = NULL
 WHERE id = %(account)s
   AND num_nonnulls(email_index, phone_index) > 0
