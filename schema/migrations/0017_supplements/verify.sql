-- why: a product has one certificate of a kind at a time
SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'product_certifications_one_at_a_time' AND contype = 'x');
