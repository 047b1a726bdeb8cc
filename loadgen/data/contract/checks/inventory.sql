-- why: stock by location, and lots that expire

-- step: nobody reserves more than there is
SELECT variant_id || ' at ' || location_id AS example, reserved NOT BETWEEN 0 AND quantity AS bad
  FROM inventory_locations;

-- step: every variant has a shelf at every location
SELECT v.id || ' at ' || l.id AS example, shelf.variant_id IS NULL AS bad
  FROM product_variants v
 CROSS JOIN locations l
  LEFT JOIN inventory_locations shelf ON shelf.variant_id = v.id AND shelf.location_id = l.id;

-- step: lots add up to their shelf
SELECT variant_id || ' at ' || location_id AS example,
       lots.quantity <> shelf.quantity
       OR lots.reserved <> shelf.reserved AS bad
  FROM (SELECT variant_id, location_id, sum(quantity) AS quantity, sum(reserved) AS reserved
          FROM inventory_lots
         GROUP BY 1, 2) AS lots
  JOIN inventory_locations shelf USING (variant_id, location_id);

-- step: stock of supplements lies in lots
SELECT variant_id || ' at ' || location_id AS example,
       shelf.quantity > 0
       AND lots.variant_id IS NULL AS bad
  FROM inventory_locations shelf
  JOIN product_variants v ON v.id = shelf.variant_id
  JOIN supplement_facts f ON f.product_id = v.product_id
  LEFT JOIN (SELECT DISTINCT variant_id, location_id
               FROM inventory_lots) AS lots USING (variant_id, location_id);

-- step: nothing expired is reserved
SELECT id::text AS example, expires_on < as_of::date AND reserved > 0 AS bad
  FROM inventory_lots
 CROSS JOIN b2bench_meta.data_set;

-- step: a message about stock is received after what it tells of
SELECT webhook_id AS example, received_at < occurred_at OR available < 0 AS bad
  FROM inventory_webhooks;
