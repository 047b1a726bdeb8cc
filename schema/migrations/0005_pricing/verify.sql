-- why: two active rules cannot overlap, and tiers have their discounts
SELECT (SELECT count(*) FROM tier_discounts) = 3
   AND EXISTS (SELECT FROM pg_constraint WHERE conname = 'account_pricing_one_active' AND contype = 'x');
