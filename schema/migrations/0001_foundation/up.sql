-- why: extensions, and the text functions that generated columns and queries share
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- unaccent() is STABLE because its dictionary could be edited; ours is not
CREATE FUNCTION plain_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, words));
COMMENT ON FUNCTION plain_text(text) IS 'Lower case without accents: the form in which texts are compared';

-- array_to_string() is STABLE because of element types whose output depends on settings; text does not
CREATE FUNCTION joined_words(words text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN array_to_string(words, ' ');
COMMENT ON FUNCTION joined_words(text[]) IS 'Words with blanks between, for generated columns';
