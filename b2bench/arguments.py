"""Values for a query class's parameters, and where they come from when the database is not ours."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Protocol

from b2bench.errors import BadInput
from b2bench.queries import AS_OF, QueryClass

Value = None | bool | int | float | Decimal | str | date | datetime | Sequence["Value"]
_DRAWS_FOR_CASES = 400


class Case(StrEnum):
    """How a set of arguments stands to the data: what decides how much work a query does."""

    TYPICAL = "typical"
    RARE = "rare"
    COMMON = "common"
    MISS = "miss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """Values by parameter name; `as_of` is always among them."""

    values: Mapping[str, Value]
    case: Case = Case.TYPICAL

    def encoded(self, names: Sequence[str]) -> list[bytes | None]:
        """Return values in PostgreSQL's text format, in the order of the names.

        Raises:
            BadInput: a name has no value.
        """
        values = self.values
        try:
            return [encode(values[name]) for name in names]
        except KeyError:
            missing = [name for name in names if name not in values]
            raise BadInput(f"no value for :{', :'.join(missing)}") from None

    def encoded_or_null(self, names: Sequence[str]) -> list[bytes | None]:
        """Return values as `encoded` does, with NULL where a step's row has yet to give one."""
        return [encode(self.values.get(name)) for name in names]


# one set for each case of each query class, by name
Drawn = Mapping[str, Mapping[Case, Arguments]]


class ArgumentSource(Protocol):
    """Draws arguments for query classes; injected by the command."""

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return `count` sets of arguments, the same ones for the same seed.

        Raises:
            BadInput: the source has nothing for this query class.
        """


@dataclass(frozen=True, slots=True)
class RememberingSource:
    """A source that draws the same arguments once, however often they are asked for."""

    source: ArgumentSource
    drawn: dict[tuple[str, int, int], Sequence[Arguments]] = field(default_factory=dict)

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return what the source drew; a changed text of a class asks for the same."""
        key = query.name, seed, count
        if key not in self.drawn:
            self.drawn[key] = self.source.draw(query, seed=seed, count=count)
        return self.drawn[key]


@dataclass(frozen=True, slots=True)
class FirstCaseSource:
    """A source of whose cases the first is enough, which is the typical one where there is any."""

    source: ArgumentSource

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return arguments of the first case that the source draws any of."""
        drawn = self.source.draw(query, seed=seed, count=count)
        first = min((list(Case).index(each.case) for each in drawn), default=0)
        return [each for each in drawn if each.case is list(Case)[first]]


def one_of_each_case(
    source: ArgumentSource, query: QueryClass, *, seed: int
) -> dict[Case, Arguments]:
    """Return the first arguments of each case that the source draws for a query class."""
    found = dict[Case, Arguments]()
    for arguments in source.draw(query, seed=seed, count=_DRAWS_FOR_CASES):
        found.setdefault(arguments.case, arguments)
    return {case: found[case] for case in Case if case in found}


def encode(value: Value) -> bytes | None:
    """Return a value in PostgreSQL's text format; `None` is SQL's NULL.

    >>> encode([1, None, "two words"])
    b'{1,NULL,"two words"}'
    """
    # the two kinds that requests are mostly made of come first
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    return None if value is None else _text(value).encode()


def _text(value: Value) -> str:
    match value:
        case str():
            return value
        case bool():
            return "t" if value else "f"
        case int() | float() | Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Sequence():
            return "{" + ",".join(_element(item) for item in value) + "}"
        case _:
            return str(value)


def _element(value: Value) -> str:
    if value is None:
        return "NULL"
    text = _text(value)
    if isinstance(value, str):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


class ExampleSource:
    """Arguments from the `-- example:` header of each file, for a stranger's folder."""

    def __init__(self, as_of: datetime) -> None:
        self._as_of = as_of

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:  # noqa: ARG002
        """Return the file's one example, `count` times.

        Raises:
            BadInput: the example is missing or does not fit the parameters.
        """
        names = [parameter.name for parameter in query.parameters]
        cells = (
            next(csv.reader([query.example], skipinitialspace=True), []) if query.example else []
        )
        if len(cells) != len(names):
            raise BadInput(
                f"{query.path}: {len(names)} parameters, {len(cells)} values in -- example: "
                f"write one for each of {', '.join(names)}"
            )
        return [_from_cells(names, cells, self._as_of)] * count


class CsvSource:
    """Arguments from `<folder>/<query class>.csv`, whose first line names the parameters."""

    def __init__(self, folder: Path, as_of: datetime) -> None:
        self._folder = folder
        self._as_of = as_of

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return rows of the file, drawn with replacement.

        Raises:
            BadInput: no file, no row, or a column is missing.
        """
        names = [parameter.name for parameter in query.parameters]
        if not names:
            return [_from_cells(names, [], self._as_of)] * count
        path = self._folder / f"{query.name}.csv"
        rows = _read_csv(path)
        if missing := [name for name in names if name not in rows[0]]:
            raise BadInput(
                f"{path}: no column {', '.join(missing)}: the first line names the parameters"
            )
        chosen = Random(seed).choices(rows, k=count)  # noqa: S311 (a sample, not a secret)
        return [_from_cells(names, [row[name] for name in names], self._as_of) for row in chosen]


def _read_csv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    if not rows:
        raise BadInput(f"{path} has no rows under its header line")
    return rows


def _from_cells(names: Sequence[str], cells: Sequence[str], as_of: datetime) -> Arguments:
    r"""Return arguments from texts; `\N` is NULL, as COPY writes it."""
    values: dict[str, Value] = {
        name: None if cell == r"\N" else cell for name, cell in zip(names, cells, strict=True)
    }
    return Arguments(values=values | {AS_OF: as_of})
