-- why: the database names the key store that opens its personal data
INSERT INTO b2bench_meta.key_store (id) VALUES (%(id)s)
ON CONFLICT (only_row) DO UPDATE SET id = excluded.id
