"""Markdown as GitHub shows it: cells, code, links to headings, tables."""

import re
from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = re.compile(r"([\\`*<\[\]|])")


def words(text: str) -> str:
    r"""Return plain text in one line, with nothing in it that Markdown would take for itself.

    >>> print(words("a * b | c"))
    a \* b \| c
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    r"""Return text as code that may stand in a table's cell.

    >>> print(code("a || b"))
    `a \|\| b`
    """
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def codes(texts: Iterable[str]) -> str:
    """Return several pieces of code with commas between."""
    return ", ".join(code(text) for text in texts)


def link(text: str, page: str, heading: str = "") -> str:
    """Return a link to a page, or to a heading of it; without a page, of this one."""
    return f"[{words(text)}]({page}{f'#{anchor(heading)}' if heading else ''})"


def anchor(heading: str) -> str:
    """Return the name that GitHub gives a heading.

    >>> anchor("Carts: what is put aside")
    'carts-what-is-put-aside'
    """
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table's lines; an empty cell is a dash."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell or '–' for cell in row)} |"


def sentence(text: str) -> str:
    """Return text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def counted(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "index"), counted(2, "index"), counted(3, "table")
    ('1 index', '2 indexes', '3 tables')
    """
    many = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{count} {noun if count == 1 else many}"


def page(lines: Iterable[str]) -> str:
    """Return lines as a file's text, never two empty ones together."""
    text = "\n".join(lines).strip() + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)
