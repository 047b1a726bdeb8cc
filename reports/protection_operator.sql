-- why: the operator that a condition on a column uses, if it may not see rows before a policy has passed them. The
--      column's type meets an operator's by itself, as what it may be seen as without work, or as what stands for its
--      kind (anyenum, anyarray, anyrange); of several, the one for the type on the other side comes first.
WITH compared AS (
    SELECT t.oid, t.typtype, t.typcategory
      FROM pg_attribute a
      JOIN pg_type declared ON declared.oid = coalesce(to_regtype(%(cast)s), a.atttypid)
      JOIN pg_type t ON t.oid = coalesce(nullif(declared.typbasetype, 0), declared.oid)
     WHERE a.attrelid = to_regclass(%(relation)s)
       AND a.attnum > 0
       AND NOT a.attisdropped
       AND a.attname = %(column)s
), found AS (
    SELECT o.oid, p.proleakproof, t.typtype
      FROM compared t
      JOIN pg_operator o ON o.oprname = %(operator)s
       AND (o.oprleft = t.oid
            OR o.oprleft IN (SELECT s.casttarget FROM pg_cast s
                              WHERE s.castsource = t.oid AND s.castmethod = 'b')
            OR (t.typtype = 'e' AND o.oprleft = 'anyenum'::regtype)
            OR (t.typtype = 'r' AND o.oprleft = 'anyrange'::regtype)
            OR (t.typtype = 'm' AND o.oprleft = 'anymultirange'::regtype)
            OR (t.typcategory = 'A' AND o.oprleft = 'anyarray'::regtype))
      JOIN pg_proc p ON p.oid = o.oprcode
     ORDER BY (o.oprright = to_regtype(%(other)s)) IS NOT TRUE, o.oprleft <> t.oid, o.oprright <> o.oprleft
     LIMIT 1
)
SELECT f.oid::regoperator::text AS operator, f.typtype = 'e' AS is_enum
  FROM found f
 WHERE NOT f.proleakproof
