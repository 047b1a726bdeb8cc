-- why: takes lots away; their sums stay
DROP TRIGGER inventory_locations_through_lots ON inventory_locations;
DROP TABLE inventory_lots;
DROP FUNCTION refuse_passing_lots_by();
DROP FUNCTION refuse_moving_a_lot();
DROP FUNCTION add_lots_up();
DROP FUNCTION refuse_reserving_expired();
