"""SQL expressions as PostgreSQL prints them, without casts of literals and spare brackets."""

import re

_QUOTED = r"'(?:[^']|'')*'"
_TYPE = (
    r"(?:\"[^\"]+\"|[a-z_][\w.]*)"
    r"(?: varying| precision| with(?:out)? time zone)?(?:\(\d+\))?(?:\[\])?"
)
_CAST = re.compile(rf"(?P<literal>{_QUOTED}|\(-?\d+(?:\.\d+)?\)|\bNULL)::{_TYPE}")
_CAST_COLUMN = re.compile(r"(?<![\w\"])\((?P<column>\w+)\)::")
# from the one that binds least to the one that binds most
_JOINING = (" OR ", " AND ", " || ")
_TYPES = (
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
    ("character varying", "varchar"),
    ("bit varying", "varbit"),
)


def short_type(name: str) -> str:
    """Return a type as people write it.

    >>> short_type("timestamp with time zone[]")
    'timestamptz[]'
    """
    for long, short in _TYPES:
        name = name.replace(long, short)
    return name


def readable(expression: str) -> str:
    """Return an expression without casts of literals and without brackets that change nothing.

    >>> readable("((percent >= (0)::numeric) AND (percent <= (100)::numeric))")
    'percent >= 0 AND percent <= 100'
    >>> readable("((type = 'ACCOUNT_REP'::account_type) = (tier IS NULL))")
    "(type = 'ACCOUNT_REP') = (tier IS NULL)"
    >>> readable("plain_text(((title || ' '::text) || COALESCE(sku, ''::text)))")
    "plain_text(title || ' ' || COALESCE(sku, ''))"
    """
    literal = _CAST.sub(lambda match: match["literal"].strip("()"), expression)
    bare = _CAST_COLUMN.sub(r"\g<column>::", literal)
    return short_type(_unwrapped(" ".join(bare.split())))


def split(text: str, word: str) -> list[str]:
    """Split at a word that stands outside brackets and quotes.

    >>> split("a, f(b, c)", ", ")
    ['a', 'f(b, c)']
    """
    parts, start, at = list[str](), 0, 0
    while at < len(text):
        if text[at] in "('":
            at = closing(text, at)
        elif text.startswith(word, at):
            parts.append(text[start:at])
            start = at + len(word)
            at = start - 1
        at += 1
    return [*parts, text[start:]]


def closing(text: str, start: int) -> int:
    """Return where a bracket or quote that opens here closes.

    >>> closing("(a = ')')", 0)
    8
    """
    if text[start] == "'":
        match = re.compile(_QUOTED).match(text, start)
        return match.end() - 1 if match else len(text) - 1
    depth, at = 0, start
    while at < len(text):
        if text[at] == "'":
            at = closing(text, at)
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            return at
        at += 1
    return len(text) - 1


def _unwrapped(text: str) -> str:
    """Drop brackets around the whole, around an argument, and around what a word joins."""
    while text.startswith("(") and closing(text, 0) == len(text) - 1:
        text = text[1:-1]
    for word in _JOINING:
        parts = split(text, word)
        if len(parts) > 1:
            return word.join(_joined(part, word) for part in parts)
    return _inside(text)


def _joined(part: str, word: str) -> str:
    """Return one of the parts that a word joins, in brackets where another word joins it."""
    bare = _unwrapped(part)
    others = [other for other in _JOINING if other != word]
    if any(len(split(bare, other)) > 1 for other in others if other != " || "):
        return f"({bare})"
    # only AND and OR bind less than a comparison
    is_term = len(split(bare, " ")) == 1 or len(split(bare, word)) > 1
    return bare if is_term or word != " || " else f"({bare})"


def _inside(text: str) -> str:
    """Return the text with what stands in its brackets made readable, too."""
    done, at = "", 0
    while at < len(text):
        end = closing(text, at) if text[at] in "('" else at
        if text[at] == "(":
            arguments = split(text[at + 1 : end], ", ")
            done += f"({', '.join(map(_unwrapped, arguments))})"
        else:
            done += text[at : end + 1]
        at = end + 1
    return done
