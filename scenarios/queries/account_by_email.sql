-- why: who writes or calls, by an address that the server cannot read
-- params: email_index bytea
-- role: shop_back_office
-- frequency: low
-- slo_ms: 100
-- example: \x000100112233445566778899aabbccddeeff

SELECT a.id, a.type, a.tier, a.company, a.active, a.contact_name_sealed, a.email_sealed, a.phone_sealed, a.address_sealed
  FROM accounts a
 WHERE a.email_index = :email_index
