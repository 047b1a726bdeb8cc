-- why: which key store opens the personal data of this database
SELECT id FROM b2bench_meta.key_store
