-- why: a filter in millimetres finds inches: one range of this index for each unit of the dimension
-- phase: expand
-- transaction: each step

-- step: numbers
CREATE INDEX CONCURRENTLY technical_specifications_number
    ON technical_specifications (name, unit_id, numeric_value, product_id)
 WHERE searchable AND data_type = 'NUMERIC';

-- step: ranges
CREATE INDEX CONCURRENTLY technical_specifications_span
    ON technical_specifications (name, unit_id, numeric_min, numeric_max, product_id)
 WHERE searchable AND data_type = 'RANGE';

-- step: dimensions
CREATE INDEX CONCURRENTLY standard_units_dimension ON standard_units (dimension);

-- step: one_kind_of_number
ALTER TABLE technical_specifications ADD CONSTRAINT technical_specifications_one_kind CHECK (
    (data_type = 'NUMERIC' OR numeric_value IS NULL)
    AND (data_type = 'RANGE' OR num_nonnulls(numeric_min, numeric_max) = 0)
    AND (data_type IN ('NUMERIC', 'RANGE') OR unit_id IS NULL)
) NOT VALID;
COMMENT ON CONSTRAINT technical_specifications_one_kind ON technical_specifications IS
    'Only a NUMERIC fact has a number, only a RANGE has ends, and only these have a unit';

-- step: validate
ALTER TABLE technical_specifications VALIDATE CONSTRAINT technical_specifications_one_kind;
