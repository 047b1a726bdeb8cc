-- why: a price says what was taken off, so that anybody can follow it from base to line total
-- phase: expand

-- a function's columns cannot be added to; in this transaction it is never missing
-- squawk-ignore ban-drop-function
DROP FUNCTION price_items(bigint, bigint[], integer[], timestamptz);
CREATE FUNCTION price_items(for_account bigint, of_variants bigint[], of_quantities integer[], at_time timestamptz)
RETURNS TABLE (
    line       bigint,
    variant_id bigint,
    quantity   integer,
    base_price numeric,
    unit_price numeric,
    line_total numeric,
    rule       price_rule,
    rule_id    bigint,
    percent    numeric
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT asked.line, v.id, asked.quantity, base.price, priced.unit_price,
           priced.unit_price * asked.quantity, priced.rule, priced.rule_id, priced.percent
      FROM unnest(of_variants, of_quantities) WITH ORDINALITY AS asked (variant_id, quantity, line)
      JOIN product_variants v ON v.id = asked.variant_id
      JOIN products p ON p.id = v.product_id
      LEFT JOIN accounts a ON a.id = for_account
      LEFT JOIN tier_discounts t ON t.tier = a.tier AND t.percent > 0
     CROSS JOIN LATERAL (
           SELECT coalesce(v.price, p.price + (
                      SELECT coalesce(sum(o.price_modifier), 0)
                        FROM product_variant_selections s
                        JOIN product_variant_options o ON o.group_id = s.group_id AND o.id = s.option_id
                       WHERE s.variant_id = v.id
                  )) AS price
           ) AS base
      LEFT JOIN LATERAL (
           SELECT r.id, r.variant_id, r.fixed_price, r.markdown_percent
             FROM account_pricing r
            WHERE r.active
              AND r.account_id = for_account
              AND r.product_id = v.product_id
              AND (r.variant_id = v.id OR r.variant_id IS NULL)
              AND asked.quantity >= r.min_quantity
              AND (r.max_quantity IS NULL OR asked.quantity <= r.max_quantity)
              AND at_time >= r.effective_from
              AND (r.effective_until IS NULL OR at_time < r.effective_until)
            ORDER BY r.variant_id NULLS LAST
            LIMIT 1
           ) AS agreed ON true
      LEFT JOIN LATERAL (
           SELECT d.id, d.percent
             FROM volume_discounts d
            WHERE d.product_id = v.product_id
              AND d.min_quantity <= asked.quantity
            ORDER BY d.min_quantity DESC
            LIMIT 1
           ) AS volume ON agreed.id IS NULL AND t.tier IS NULL
     CROSS JOIN LATERAL (
           SELECT round(CASE
                      WHEN agreed.fixed_price IS NOT NULL THEN agreed.fixed_price
                      WHEN agreed.id IS NOT NULL THEN base.price * (100 - agreed.markdown_percent) / 100
                      WHEN t.tier IS NOT NULL THEN base.price * (100 - t.percent) / 100
                      WHEN volume.id IS NOT NULL THEN base.price * (100 - volume.percent) / 100
                      ELSE base.price
                  END, 2) AS unit_price,
                  CASE
                      WHEN agreed.variant_id IS NOT NULL THEN 'VARIANT_RULE'
                      WHEN agreed.id IS NOT NULL THEN 'PRODUCT_RULE'
                      WHEN t.tier IS NOT NULL THEN 'TIER'
                      WHEN volume.id IS NOT NULL THEN 'VOLUME'
                      ELSE 'BASE'
                  END::price_rule AS rule,
                  CASE WHEN agreed.id IS NOT NULL THEN agreed.id
                       WHEN t.tier IS NULL THEN volume.id END AS rule_id,
                  CASE WHEN agreed.id IS NOT NULL THEN agreed.markdown_percent
                       ELSE coalesce(t.percent, volume.percent) END AS percent
           ) AS priced;
END;
COMMENT ON FUNCTION price_items(bigint, bigint[], integer[], timestamptz) IS
    'Unit price and line total of items for an account, with the derivation: base price, the one rule that decided and its percent off; a rule without percent is a fixed price';
