-- why: there is no column in clear
SELECT count(*) = 2
  FROM pg_attribute
 WHERE attrelid = 'accounts'::regclass
   AND NOT attisdropped
   AND CASE WHEN attname IN ('contact_name_sealed', 'email_sealed') THEN attnotnull
            ELSE attname IN ('contact_name', 'email', 'phone') END;
