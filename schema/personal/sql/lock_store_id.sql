-- why: who names the key store of a database does it alone; readers go on
LOCK TABLE b2bench_meta.key_store IN SHARE ROW EXCLUSIVE MODE
