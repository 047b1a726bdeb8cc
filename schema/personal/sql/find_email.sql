-- why: who has this address for mail, under any of the index keys in use
SELECT id FROM accounts WHERE email_index = ANY (%(indexes)s) ORDER BY id
