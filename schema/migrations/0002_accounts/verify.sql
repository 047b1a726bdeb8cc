-- why: the table is there with the rules that keep buyers and representatives apart
SELECT count(*) = 2
  FROM pg_constraint
 WHERE conrelid = 'accounts'::regclass
   AND conname IN ('accounts_tier_for_buyers', 'accounts_territory_for_representatives');
