-- why: with code of its own a session does in a loop or a trigger what the shop's roles may not; only a superuser takes
-- the languages away, so where another one installed the shop they may be there still
-- severity: warning
SELECT format('language %s', l.lanname) AS subject,
       'the roles of the shop may write functions in it' AS message,
       format('as a superuser: REVOKE USAGE ON LANGUAGE %1$I FROM PUBLIC; GRANT USAGE ON LANGUAGE %1$I TO shop_owner',
              l.lanname) AS mend
  FROM pg_language l
  JOIN pg_roles buyer ON buyer.rolname = 'shop_buyer'
  JOIN pg_class guarded ON guarded.oid = to_regclass('public.accounts') AND guarded.relrowsecurity
  JOIN pg_roles owner ON owner.oid = guarded.relowner AND owner.rolname = 'shop_owner'
 WHERE l.lanpltrusted
   AND has_language_privilege(buyer.oid, l.oid, 'USAGE')
 ORDER BY l.lanname
