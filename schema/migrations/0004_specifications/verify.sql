-- why: filters have their index
SELECT count(*) = 1 FROM pg_indexes WHERE indexname = 'technical_specifications_filter';
