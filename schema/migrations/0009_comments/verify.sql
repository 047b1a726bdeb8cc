-- why: every column of the first eight migrations is described
SELECT col_description('accounts'::regclass, 1) IS NOT NULL
   AND col_description('inventory_locations'::regclass, 5) IS NOT NULL;
