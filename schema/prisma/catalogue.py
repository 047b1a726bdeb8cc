"""The tables, keys and enumerations of a database, as far as Prisma has words for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg.rows import class_row

from b2bench.database import reading
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Args:
        table_name: its table.
        name: as the database has it.
        type: of one element, of what a domain restricts, e.g. `numeric(12,2)`.
        declared: the type as it was written, e.g. `price[]`.
        enum: the name of its enumeration in `public`, if it has one.
        dimensions: 0 for a value, 1 for an array; more where arrays hold domains over arrays.
        is_nullable: without NOT NULL.
        is_identity: numbered by the database.
        is_generated: computed by the database from other columns, by `default`.
        default: an SQL expression.
        comment: what COMMENT ON COLUMN said.
    """

    table_name: str
    name: str
    type: str
    declared: str
    enum: str | None
    dimensions: int
    is_nullable: bool
    is_identity: bool
    is_generated: bool
    default: str | None
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index, that of a key or constraint included; its columns without the payload.

    An expression's name is empty. `beyond_prisma` says in a word why Prisma cannot hold the index.
    """

    table_name: str
    name: str
    method: str
    is_primary: bool
    is_unique: bool
    columns: Sequence[str]
    descending: Sequence[bool]
    operator_classes: Sequence[str | None]
    beyond_prisma: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """One foreign key; actions by Prisma's names; no target name if that is not in `public`."""

    table_name: str
    name: str
    target_name: str | None
    columns: Sequence[str]
    target_columns: Sequence[str]
    on_delete: str
    on_update: str
    sets_some_columns: bool
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """One enumeration, with at least one label."""

    name: str
    labels: Sequence[str]
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with what belongs to it; columns in their order, the rest by name."""

    name: str
    comment: str | None
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...]
    foreign_keys: tuple[ForeignKey, ...]

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What stands in the schema `public`, by name."""

    tables: tuple[Table, ...]
    enums: tuple[Enum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    name: str
    comment: str | None


def read_shape(target: Target) -> Shape:
    """Return what stands in the schema `public`, at one instant.

    Raises: as `connect`.
    """
    with reading(target) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # types and expressions are written with their schema unless it is in the path
        connection.execute("SET LOCAL search_path = public")
        return _read_shape(connection)


def _read_shape(connection: psycopg.Connection) -> Shape:
    columns = _rows(connection, "columns", Column)
    indexes = _rows(connection, "indexes", Index)
    foreign_keys = _rows(connection, "foreign_keys", ForeignKey)
    return Shape(
        tables=tuple(
            Table(
                name=table.name,
                comment=table.comment,
                columns=tuple(each for each in columns if each.table_name == table.name),
                indexes=tuple(each for each in indexes if each.table_name == table.name),
                foreign_keys=tuple(each for each in foreign_keys if each.table_name == table.name),
            )
            for table in _rows(connection, "tables", _Named)
        ),
        enums=tuple(_rows(connection, "enums", Enum)),
    )


def _rows(connection: psycopg.Connection, step: str, kind: type[T]) -> list[T]:
    parts = read_sql_file(Path(__file__).with_name("catalogue.sql")).parts
    sql = next(part.sql for part in parts if part.title == step)
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(sql.encode()).fetchall()
