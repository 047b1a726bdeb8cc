-- why: every line of the current cart with its price, and the reason for it
-- params: account_id bigint
-- role: shop_buyer
-- frequency: hot
-- slo_ms: 100
-- set: shop.account_id = :account_id
-- example: 1

SELECT priced.line, priced.variant_id, priced.quantity, priced.unit_price, priced.line_total, priced.rule
  FROM (SELECT array_agg(i.variant_id ORDER BY i.id) AS variants,
               array_agg(i.quantity ORDER BY i.id) AS quantities
          FROM carts c
          JOIN cart_items i ON i.cart_id = c.id
         WHERE c.account_id = :account_id
           AND c.status = 'CURRENT') AS cart
 CROSS JOIN LATERAL price_items(:account_id, cart.variants, cart.quantities, :as_of) AS priced
 ORDER BY priced.line
