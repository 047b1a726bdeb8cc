-- why: one account's personal data; what an older release wrote in clear is newer than what is sealed
SELECT a.contact_name_sealed, a.email_sealed, a.phone_sealed, a.address_sealed,
       to_jsonb(a) ->> 'contact_name' AS contact_name,
       to_jsonb(a) ->> 'email' AS email,
       to_jsonb(a) ->> 'phone' AS phone
  FROM accounts a
 WHERE a.id = %(account)s
