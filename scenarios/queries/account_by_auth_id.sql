-- why: who is this, at the start of every visit
-- params: auth_id text
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 25
-- set: shop.auth_id = :auth_id
-- example: auth0|000000000001

SELECT a.id, a.type, a.tier, a.company, a.region, a.active, a.contact_name_sealed, a.email_sealed
  FROM accounts a
 WHERE a.auth_id = :auth_id
