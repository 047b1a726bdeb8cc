"""What the catalogue says about the things that stand in plans."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Literal, NamedTuple

import psycopg

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

Volatility = Literal["immutable", "stable", "volatile", "unsteady"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFact:
    """A function of the database's own; `identity` is how ALTER FUNCTION names it."""

    name: str
    identity: str
    volatility: Volatility


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionedTable:
    """A table that is kept in partitions; `identity` is how SQL names it."""

    name: str
    identity: str


class _Row(NamedTuple):
    kind: str
    schema: str
    relation: str
    identity: str
    name: str
    detail: str


class Facts:
    """Columns, functions, partitions and changed tables of a database."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._rows = rows

    def table(self, schema: str, relation: str) -> str:
        """Return a table as SQL names it, quoted where it has to be."""
        return self._tables.get((schema, relation)) or _quoted(relation)

    def partitioned(self, schema: str, relation: str) -> PartitionedTable | None:
        """Return the table that a partition is of, in the end; `None` for any other table."""
        return self._partitioned.get((schema, relation))

    def keeps_values(self, table: str, column: str, type_: str) -> bool:
        """Return whether a cast of a column to a type changes nothing that an index sees.

        So it is from `character varying` to `text`, and from a domain to its type.
        """
        return (table, column, type_) in self._same

    def type_of(self, table: str, column: str) -> str:
        """Return the type of a column, empty for one that is not there; both as SQL names them."""
        return self._types.get((table, column), "")

    def functions_named(self, name: str) -> tuple[FunctionFact, ...]:
        """Return the functions of this name, without its schema."""
        return tuple(each for each in self.functions if each.name == name)

    @cached_property
    def functions(self) -> tuple[FunctionFact, ...]:
        """The functions that no extension brought."""
        return tuple(
            FunctionFact(name=row.name, identity=row.identity, volatility=_volatility(row.detail))
            for row in self._rows
            if row.kind == "function"
        )

    @cached_property
    def _tables(self) -> dict[tuple[str, str], str]:
        columns = (row for row in self._rows if row.kind == "column")
        return {(row.schema, row.relation): row.identity for row in columns}

    @cached_property
    def _types(self) -> dict[tuple[str, str], str]:
        columns = (row for row in self._rows if row.kind == "column")
        return {(row.identity, row.name): row.detail for row in columns}

    @cached_property
    def _partitioned(self) -> dict[tuple[str, str], PartitionedTable]:
        return {
            (row.schema, row.relation): PartitionedTable(name=row.name, identity=row.identity)
            for row in self._rows
            if row.kind == "partition"
        }

    @cached_property
    def _same(self) -> frozenset[tuple[str, str, str]]:
        same = (row for row in self._rows if row.kind == "same")
        return frozenset((row.identity, row.name, row.detail) for row in same)


NO_FACTS = Facts(())


def read_facts(connection: psycopg.Connection) -> Facts:
    """Read the facts of the session's database; b2bench's own schema is left out."""
    rows = connection.execute((files("reports") / "facts.sql").read_text())
    return Facts([_Row(*row) for row in rows])


def _quoted(name: str) -> str:
    """Return a name as SQL has it; only the server knows which words are its own."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _volatility(text: str) -> Volatility:
    match text:
        case "immutable" | "stable" | "unsteady":
            return text
        case _:
            return "volatile"
