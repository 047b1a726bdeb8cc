"""What `pg_dump --statistics-only` wrote: statistics to restore, and nothing else of the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from b2bench.errors import BadInput

Kind = Literal["relation", "attribute", "extended"]

_MEND = (
    "export it with `pg_dump --statistics-only --no-owner --encoding=UTF8` of PostgreSQL 18 or "
    "newer"
)
_TYPES = frozenset(
    (
        *("boolean", "integer", "real", "smallint", "text", "real[]"),
        # of extended statistics, from PostgreSQL 19 on
        *("text[]", "double precision[]", "pg_ndistinct", "pg_dependencies", "jsonb"),
    )
)
_STRING = r"'[^']*(?:''[^']*)*'"
_TYPE = r"[a-z][a-z_ ]*(?:\[\])?"
_ARGUMENT = rf"{_STRING}(?:::{_TYPE})?"
# in the order in which they are tried; a string, a comment or rows to copy may hold anything
_TOKEN = re.compile(
    rf"""^SELECT\ \*\ FROM\ pg_catalog\.pg_restore_(?P<kind>[a-z]+)_stats\(
           (?:(?P<arguments>\s*{_ARGUMENT}\s*(?:,\s*{_ARGUMENT}\s*)*)\);)?
      | --[^\n]* | /\*.*?\*/
      | ^\\[^\n]*
      | ^COPY\ [^\n]*\ FROM\ stdin;\n.*?^\\\.$
      | {_STRING} | "[^"]*" | (?P<tag>\$[A-Za-z_]*\$).*?(?P=tag)
      | ^SET\ client_encoding\ =\ '(?P<encoding>[^']*)'
      | ^SET\ standard_conforming_strings\ =\ (?P<conforming>\w+)
      | [A-Za-z_0-9]+ | .""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_EACH_ARGUMENT = re.compile(rf"(?P<text>{_STRING})(?:::(?P<type>{_TYPE}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticArgument:
    """A named value of a call, in the server's text format; `type` is SQL's name of its type."""

    name: str
    text: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreCall:
    """The statistics of one relation, column or set of columns.

    Args:
        kind: what they are of, which names the function that restores them.
        arguments: in their order.
        line: of the file.
    """

    kind: Kind
    arguments: tuple[StatisticArgument, ...]
    line: int

    def text(self, name: str) -> str:
        """Return the text of an argument, empty where there is none."""
        return next((each.text for each in self.arguments if each.name == name), "")

    @property
    def relation(self) -> tuple[str, str]:
        """The schema and the name of the relation."""
        return self.text("schemaname"), self.text("relname")


def read_export(path: Path) -> tuple[RestoreCall, ...]:
    """Return the statistics in a file, in its order; what else it holds is not looked at.

    Raises:
        BadInput: there are none, or one is not as pg_dump writes it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not in UTF-8: {_MEND}") from error
    calls = tuple(_calls(path, text))
    if not calls:
        raise BadInput(f"{path} holds no planner statistics: {_MEND}")
    return calls


def _calls(path: Path, text: str) -> Iterator[RestoreCall]:
    doubled = "'"
    for token in _TOKEN.finditer(text):
        if token["encoding"] not in (None, "UTF8"):
            raise BadInput(f"{path} is in {token['encoding']}: {_MEND}")
        if token["conforming"] == "off":
            doubled = "'\\\\"
        if token["kind"]:
            yield _call(path, token, re.compile(f"([{doubled}])\\1"))


def _call(path: Path, token: re.Match[str], doubled: re.Pattern[str]) -> RestoreCall:
    line = token.string.count("\n", 0, token.start()) + 1
    values = [
        (doubled.sub(r"\1", each["text"][1:-1]), each["type"] or "text")
        for each in _EACH_ARGUMENT.finditer(token["arguments"] or "")
    ]
    kind = _kind(token["kind"])
    if kind is None or not values or len(values) % 2 or any(t not in _TYPES for _, t in values):
        raise BadInput(f"{path}:{line}: not as pg_dump writes statistics: {_MEND}")
    names = [text for text, _ in values[::2]]
    return RestoreCall(
        kind=kind,
        arguments=tuple(
            StatisticArgument(name=name, text=text, type=kind_of_text)
            for name, (text, kind_of_text) in zip(names, values[1::2], strict=True)
        ),
        line=line,
    )


def _kind(word: str) -> Kind | None:
    match word:
        case "relation" | "attribute" | "extended":
            return word
        case _:
            return None
