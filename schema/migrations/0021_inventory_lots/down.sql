-- why: takes lots away; their sums stay
ALTER TABLE inventory_locations ADD CONSTRAINT inventory_locations_quantity_check CHECK (quantity >= 0);
COMMENT ON CONSTRAINT inventory_locations_reserved ON inventory_locations IS 'No more is reserved than there is';
COMMENT ON CONSTRAINT inventory_locations_quantity_check ON inventory_locations IS 'Stock is never negative';
DROP TRIGGER inventory_locations_through_lots ON inventory_locations;
DROP TABLE inventory_lots;
DROP FUNCTION refuse_passing_lots_by();
DROP FUNCTION refuse_moving_a_lot();
DROP FUNCTION add_lots_up();
DROP FUNCTION refuse_reserving_expired();
