-- why: nothing expired can be reserved, and lots add up
SELECT count(*) = 4
  FROM pg_trigger
 WHERE tgname IN ('inventory_lots_not_expired', 'inventory_lots_add_up', 'inventory_lots_stay', 'inventory_locations_through_lots')
   AND tgenabled = 'O';
