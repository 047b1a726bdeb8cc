-- why: entries of a GIN index wait in a list that each search reads
-- family: GIN pending list
-- class: own
-- cause: pending list public.seed_documents_words
-- params: word text
-- example: lock7

-- step: setup
CREATE TABLE seed_documents (id bigint PRIMARY KEY, words tsvector NOT NULL) WITH (autovacuum_enabled = off);

CREATE INDEX seed_documents_words ON seed_documents USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 200000);

INSERT INTO seed_documents SELECT i, to_tsvector('simple', 'lock' || i % 1000 || ' key' || i % 77) FROM generate_series(1, 20000) AS i;

VACUUM ANALYZE seed_documents;

-- step: change
INSERT INTO seed_documents SELECT i, to_tsvector('simple', 'hinge' || i || ' bolt' || i % 77) FROM generate_series(20001, 40000) AS i;

-- step: query
SELECT id FROM seed_documents WHERE words @@ to_tsquery('simple', :word);
