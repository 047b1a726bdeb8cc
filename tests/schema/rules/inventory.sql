-- case: two locations cannot have one name
-- refused by: locations_name_key
UPDATE locations SET name = 'North' WHERE id = 2;

-- case: what is in stock exists
-- refused by: inventory_locations_variant_id_fkey
INSERT INTO inventory_locations (variant_id, location_id, quantity, updated_at) VALUES (99, 1, 1, now());

-- case: stock lies at a location that exists
-- refused by: inventory_locations_location_id_fkey
INSERT INTO inventory_locations (variant_id, location_id, quantity, updated_at) VALUES (1, 99, 1, now());

-- case: no more is reserved than there is
-- refused by: inventory_locations_reserved
UPDATE inventory_locations SET reserved = 11 WHERE variant_id = 1;

-- case: stock is never negative
-- refused by: inventory_locations_reserved
UPDATE inventory_locations SET quantity = -1, reserved = 0 WHERE variant_id = 1;

-- case: stock that is kept in lots moves through its lots
-- refused by: inventory_locations_through_lots
UPDATE inventory_locations SET quantity = 100 WHERE variant_id = 3 AND location_id = 1;

-- case: a lot lies where there is a shelf for it
-- refused by: inventory_lots_stock
INSERT INTO inventory_lots (variant_id, location_id, lot, expires_on, quantity, updated_at) VALUES (3, 3, 'X', '2027-01-01', 1, now());

-- case: a shelf has a lot once
-- refused by: inventory_lots_variant_id_location_id_lot_key
INSERT INTO inventory_lots (variant_id, location_id, lot, expires_on, quantity, updated_at) VALUES (3, 1, 'OLD', '2027-01-01', 1, now());

-- case: a lot is never negative
-- refused by: inventory_lots_reserved
UPDATE inventory_lots SET quantity = -1 WHERE id = 1;

-- case: nothing expired is reserved
-- refused by: inventory_lots_not_expired
UPDATE inventory_lots SET reserved = 1 WHERE id = 2;

-- case: nothing expired comes in reserved
-- refused by: inventory_lots_not_expired
INSERT INTO inventory_lots (variant_id, location_id, lot, expires_on, quantity, reserved, updated_at) VALUES (3, 1, 'X', '2026-05-31', 1, 1, now());

-- case: a lot is not moved by relabelling it
-- refused by: inventory_lots_stay
UPDATE inventory_lots SET location_id = 2 WHERE id = 1;

-- case: the stock of a location is the sum of its lots
-- kept by: inventory_lots_add_up
UPDATE inventory_lots SET reserved = 2 WHERE id = 1;
DELETE FROM inventory_lots WHERE id = 2;
SELECT (quantity, reserved) = (5, 2) FROM inventory_locations WHERE variant_id = 3 AND location_id = 1;
