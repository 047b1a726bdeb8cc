-- why: both indexes can be used
SELECT count(*) = 2
  FROM pg_index
 WHERE indexrelid IN ('technical_specifications_number'::regclass, 'technical_specifications_span'::regclass)
   AND indisvalid;
