-- why: the owner has what it is to have, and the roles that act can be taken
SELECT (SELECT bool_and(pg_get_userbyid(c.relowner) = 'shop_owner')
          FROM pg_class c
         WHERE c.oid IN (to_regclass('accounts'), to_regclass('products'), to_regclass('orders')))
   AND has_column_privilege('shop_buyer', 'rfq_requests', 'message', 'SELECT')
   AND NOT has_column_privilege('shop_buyer', 'rfq_requests', 'notes', 'SELECT');
