"""Areas of the business, and the tables that belong to each: read from areas.toml."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from b2bench.errors import BadInput
from schema.documents.catalogue import SchemaCatalogue, Table
from schema.documents.markdown import counted

_FILE = "areas.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the business.

    Args:
        name: of its page, and its diagram.
        place: from 0, in the order of the file.
        tables: those of the file that are in the database, in its order.
    """

    name: str
    title: str
    why: str
    place: int
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What areas.toml says of an area."""

    title: str
    why: str
    tables: list[str]


def read_entries() -> dict[str, Entry]:
    """Return what areas.toml says, in its order."""
    text = files("schema.documents").joinpath(_FILE).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Entry])


def areas(schema: SchemaCatalogue) -> tuple[Area, ...]:
    """Return the areas that have tables.

    Raises:
        BadInput: a table is in no area.
    """
    entries = read_entries()
    listed = {table for entry in entries.values() for table in entry.tables}
    if missing := [table.name for table in schema.tables if table.name not in listed]:
        raise BadInput(
            f"no area has {', '.join(missing)}: name it in schema/documents/{_FILE}, under the"
            f" area it belongs to: {', '.join(entries)}"
        )
    by_name = {table.name: table for table in schema.tables}
    return tuple(
        area
        for place, (name, entry) in enumerate(entries.items())
        if (area := _area(name, entry, place, by_name)).tables
    )


def _area(name: str, entry: Entry, place: int, tables: Mapping[str, Table]) -> Area:
    return Area(
        name=name,
        title=entry.title,
        why=entry.why,
        place=place,
        tables=tuple(tables[table] for table in entry.tables if table in tables),
    )


def counted_tables(tables: Iterable[Table]) -> str:
    """Return how many tables and views there are, e.g. `9 tables, 1 view`."""
    kinds = Counter(table.kind for table in tables)
    return ", ".join(counted(count, kind) for kind, count in kinds.items())
