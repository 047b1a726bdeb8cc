-- why: the personal data of accounts are replaced; a value that is not given is taken away
UPDATE accounts a
   SET contact_name_sealed = n.contact_name_sealed,
       email_sealed = n.email_sealed,
       phone_sealed = n.phone_sealed,
       address_sealed = n.address_sealed,
       email_index = n.email_index,
       phone_index = n.phone_index
  FROM unnest(
           %(id)s::bigint[], %(contact_name_sealed)s::bytea[], %(email_sealed)s::bytea[],
           %(phone_sealed)s::bytea[], %(address_sealed)s::bytea[],
           %(email_index)s::bytea[], %(phone_index)s::bytea[]
       ) AS n (id, contact_name_sealed, email_sealed, phone_sealed, address_sealed, email_index, phone_index)
 WHERE a.id = n.id
