-- why: takes the filters' indexes away
ALTER TABLE technical_specifications DROP CONSTRAINT technical_specifications_one_kind;
DROP INDEX technical_specifications_number, technical_specifications_span, standard_units_dimension;
