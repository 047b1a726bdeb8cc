"""What a schema is made of, as its database's catalogue tells it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import psycopg
from psycopg.rows import class_row

from b2bench.database import reading
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target

_FOLDER = Path(__file__).parent / "sql"
T = TypeVar("T")


class _OfTable(Protocol):
    @property
    def table(self) -> str: ...


P = TypeVar("P", bound=_OfTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; `default`, `generated` and `identity` are empty where they say nothing."""

    table: str
    name: str
    type: str
    nullable: bool
    default: str
    generated: str
    identity: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A primary or unique key.

    Args:
        null_is_a_value: whether two NULLs are the same.
    """

    table: str
    name: str
    primary: bool
    columns: Sequence[str]
    null_is_a_value: bool
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key.

    Args:
        on_delete: as SQL says it, e.g. `SET NULL`.
        emptied: the columns that SET NULL or SET DEFAULT is confined to; none means all.
    """

    table: str
    name: str
    parent: str
    columns: Sequence[str]
    parent_columns: Sequence[str]
    on_delete: str
    emptied: Sequence[str]
    deferrable: bool
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A CHECK's expression, or an EXCLUDE's definition."""

    table: str
    name: str
    exclusion: bool
    definition: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger; without a comment of its own it has its function's."""

    table: str
    name: str
    function: str
    definition: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A row-level policy: which rows are `visible`, and which may be written (`allowed`)."""

    table: str
    name: str
    command: str
    permissive: bool
    roles: str
    visible: str
    allowed: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a role may do: a verb like `SELECT`, with `columns` or, where there are none, all."""

    table: str
    role: str
    verb: str
    columns: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index.

    Args:
        columns: its key's columns and expressions.
        constraint: the one that it backs, and `backs` the kind of it; empty if it backs none.
        referenced: how many foreign keys name the columns of this unique index.
        partitions: names of the indexes that partitions have for it.
    """

    table: str
    name: str
    definition: str
    columns: Sequence[str]
    unique: bool
    predicate: str
    constraint: str
    backs: str
    referenced: int
    partitions: Sequence[str]
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or procedure; `arguments` and `result` as SQL declares them."""

    name: str
    arguments: str
    result: str
    language: str
    volatility: str
    security_definer: bool
    procedure: bool
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """An enumeration with its labels, or a domain with its base type and checks."""

    name: str
    labels: Sequence[str]
    base: str
    checks: Sequence[str]
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table or view with all that hangs on it.

    Args:
        kind: `table`, `view` or `materialized view`.
        partitioned_by: e.g. `RANGE (at)`; empty if it is not.
        references: foreign keys that it has.
        referenced_by: foreign keys of any table that name it.
    """

    name: str
    kind: str
    partitioned_by: str
    row_security: bool
    comment: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    references: tuple[ForeignKey, ...]
    referenced_by: tuple[ForeignKey, ...]
    checks: tuple[Check, ...]
    triggers: tuple[Trigger, ...]
    policies: tuple[Policy, ...]
    grants: tuple[Grant, ...]
    indexes: tuple[Index, ...]

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaCatalogue:
    """Tables and views, functions and types, each by name."""

    tables: tuple[Table, ...]
    functions: tuple[Function, ...]
    types: tuple[Type, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    name: str
    kind: str
    partitioned_by: str
    row_security: bool
    comment: str


def read_schema(target: Target) -> SchemaCatalogue:
    """Read the schema of a database.

    Raises: as `connect`.
    """
    with reading(target) as connection:
        # names are written without their schema when it is on the path
        connection.execute("SELECT set_config('search_path', 'public, pg_catalog', false)")
        return SchemaCatalogue(
            tables=tuple(_tables(connection)),
            functions=tuple(_read(connection, Function)),
            types=tuple(_read(connection, Type)),
        )


_FILES: dict[type, str] = {
    _Relation: "tables",
    Column: "columns",
    Key: "keys",
    ForeignKey: "foreign_keys",
    Check: "checks",
    Trigger: "triggers",
    Policy: "policies",
    Grant: "grants",
    Index: "indexes",
    Function: "functions",
    Type: "types",
}


def _read(connection: psycopg.Connection, kind: type[T]) -> list[T]:
    statement = read_sql_file(_FOLDER / f"{_FILES[kind]}.sql").parts[0].sql
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(statement.encode()).fetchall()


def _tables(connection: psycopg.Connection) -> Iterator[Table]:
    columns = _by_table(_read(connection, Column))
    keys = _by_table(_read(connection, Key))
    foreign_keys = _read(connection, ForeignKey)
    references = _by_table(foreign_keys)
    referenced_by = _grouped(foreign_keys, lambda key: key.parent)
    checks = _by_table(_read(connection, Check))
    triggers = _by_table(_read(connection, Trigger))
    policies = _by_table(_read(connection, Policy))
    grants = _by_table(_read(connection, Grant))
    indexes = _by_table(_read(connection, Index))
    for relation in _read(connection, _Relation):
        name = relation.name
        yield Table(
            name=name,
            kind=relation.kind,
            partitioned_by=relation.partitioned_by,
            row_security=relation.row_security,
            comment=relation.comment,
            columns=columns(name),
            keys=keys(name),
            references=references(name),
            referenced_by=referenced_by(name),
            checks=checks(name),
            triggers=triggers(name),
            policies=policies(name),
            grants=grants(name),
            indexes=indexes(name),
        )


def _by_table(parts: Iterable[P]) -> Callable[[str], tuple[P, ...]]:
    return _grouped(parts, lambda part: part.table)


def _grouped(parts: Iterable[T], name_of: Callable[[T], str]) -> Callable[[str], tuple[T, ...]]:
    """Return what gives the parts of a table, in their order."""
    found = defaultdict[str, list[T]](list)
    for part in parts:
        found[name_of(part)].append(part)
    return lambda name: tuple(found.get(name, ()))
