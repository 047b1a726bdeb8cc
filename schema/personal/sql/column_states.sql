-- why: whether personal data stand in clear, sealed, or may be both
SELECT count(*) FILTER (WHERE attname = 'contact_name') > 0 AS plain,
       count(*) FILTER (WHERE attname = 'contact_name_sealed') > 0 AS sealed
  FROM pg_attribute
 WHERE attrelid = to_regclass('accounts') AND attnum > 0 AND NOT attisdropped
