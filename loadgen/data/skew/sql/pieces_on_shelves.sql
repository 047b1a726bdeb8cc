-- why: shelves (a variant at a location) by the pieces on them
SELECT quantity, count(*) AS shelves
  FROM inventory_locations
 GROUP BY quantity
