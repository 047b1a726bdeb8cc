-- why: facets and mistyped words are answered in time by a catalogue ten times as large
-- phase: expand
-- transaction: each step

-- step: facets
CREATE INDEX CONCURRENTLY technical_specifications_facets ON technical_specifications (product_id, name, value) WHERE searchable AND data_type = 'ENUM' AND importance = 'CRITICAL';

-- step: mistyped_titles
CREATE INDEX CONCURRENTLY products_title_fuzzy ON products USING gin (title_key gin_trgm_ops) WITH (fastupdate = off);
