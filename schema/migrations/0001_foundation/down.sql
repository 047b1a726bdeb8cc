-- why: takes the text functions away; extensions stay, others may use them
DROP FUNCTION joined_words(text[]);
DROP FUNCTION plain_text(text);
