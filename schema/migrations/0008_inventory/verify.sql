-- why: more cannot be reserved than there is
SELECT count(*) = 1 FROM pg_constraint WHERE conname = 'inventory_locations_reserved';
