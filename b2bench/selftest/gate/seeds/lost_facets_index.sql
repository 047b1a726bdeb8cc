-- why: facets are counted from the table
-- family: lost index
-- class: facet_counts
-- cause: index technical_specifications_facets

-- step: change
DROP INDEX technical_specifications_facets;
