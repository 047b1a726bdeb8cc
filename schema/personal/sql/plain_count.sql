-- why: how much there is to seal
SELECT count(*) FROM accounts WHERE num_nonnulls(contact_name, email, phone) > 0
