-- why: takes stock away
DROP TABLE inventory_locations, locations;
