-- why: the filter's index lost its second column
-- family: narrowed index
-- class: filter_specifications
-- cause: index technical_specifications_filter

-- step: change
DROP INDEX technical_specifications_filter;

CREATE INDEX technical_specifications_filter ON technical_specifications (name) WHERE searchable;
