-- why: who has this telephone number, under any of the index keys in use
SELECT id FROM accounts WHERE phone_index = ANY (%(indexes)s) ORDER BY id
