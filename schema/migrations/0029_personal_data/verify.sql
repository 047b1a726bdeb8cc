-- why: what is sealed has its form, and blind indexes are looked up by an index
SELECT (SELECT count(*)
          FROM pg_constraint
         WHERE conrelid = 'accounts'::regclass
           AND convalidated
           AND conname IN ('accounts_contact_name_sealed', 'accounts_email_sealed', 'accounts_phone_sealed',
                           'accounts_address_sealed', 'accounts_email_index', 'accounts_phone_index')) = 6
   AND (SELECT count(*)
          FROM pg_index
         WHERE indisvalid AND indexrelid IN ('accounts_by_email'::regclass, 'accounts_by_phone'::regclass)) = 2
   AND 'b2bench_meta.key_store'::regclass IS NOT NULL;
