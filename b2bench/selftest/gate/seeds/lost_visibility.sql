-- why: pages are no longer known to be visible to all
-- family: visibility
-- class: facet_counts
-- cause: visibility public.technical_specifications
-- needs: pg_visibility

-- step: setup
CREATE EXTENSION IF NOT EXISTS pg_visibility;

-- step: change
SELECT pg_truncate_visibility_map('technical_specifications');
