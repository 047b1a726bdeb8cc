-- why: the function behind the suggestions is no longer IMMUTABLE
-- family: volatility
-- class: autocomplete
-- cause: function plain_text(text)

-- step: change
ALTER FUNCTION plain_text(text) VOLATILE;
