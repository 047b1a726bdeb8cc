-- why: accents and case do not matter to comparisons
SELECT plain_text('Crème BRÛLÉE') = 'creme brulee'
   AND joined_words('{a,b}') = 'a b';
