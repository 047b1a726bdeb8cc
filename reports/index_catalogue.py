"""Indexes and foreign keys as the catalogue has them, and what follows from their columns alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.resources import files

import psycopg
from psycopg.rows import class_row


class Kind(StrEnum):
    """What an index is there for; all but the first forbid rows."""

    INDEX = "index"
    UNIQUE_INDEX = "unique index"
    PRIMARY_KEY = "primary key"
    UNIQUE_CONSTRAINT = "unique constraint"
    EXCLUSION = "exclusion constraint"

    @property
    def is_constraint(self) -> bool:
        """Whether it belongs to a constraint, so that it cannot be dropped by itself."""
        return self in {Kind.PRIMARY_KEY, Kind.UNIQUE_CONSTRAINT, Kind.EXCLUSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """An index; a partitioned one stands for its partitions, too.

    Args:
        name: as SQL writes it.
        is_view: whether its table is a materialised view.
        constraint_name: empty where it belongs to none.
        is_ready: whether rows are still written to it.
        is_identity: whether it is the table's replica identity.
        keys: expressions of the key columns.
        orders: operator class, collation and order of each key.
        included: further columns that it carries.
        columns: names of the key columns, empty for an expression.
        members: oids of the index and of its partitions.
        leaves: oids of those that hold entries.
        leaning: foreign keys that refer to what it makes unique.
        removal: the statement that drops it, and all that leans on it.
    """

    oid: int
    name: str
    table_oid: int
    table_name: str
    is_view: bool
    rows_estimated: int
    method: str
    definition: str
    kind: Kind
    constraint_name: str
    is_valid: bool
    is_ready: bool
    is_unique: bool
    is_identity: bool
    predicate: str
    keys: list[str]
    orders: list[str]
    included: list[str]
    columns: list[str]
    members: list[int]
    leaves: list[int]
    size_bytes: int
    leaning: list[str]
    removal: str

    @property
    def is_partitioned(self) -> bool:
        """Whether it stands for the indexes of partitions."""
        return self.members != self.leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key, seen from the table that refers.

    Args:
        index_creation: the statement that makes an index for it.
    """

    name: str
    table_oid: int
    table_name: str
    parent: str
    rows_estimated: int
    columns: list[str]
    index_creation: str

    @property
    def shown(self) -> str:
        """Its name with its table."""
        return f"{self.name} on {self.table_name}"


def read_indexes(connection: psycopg.Connection) -> list[IndexEntry]:
    """Return the indexes of the session's database, ordered by table, constraints first."""
    with connection.cursor(row_factory=class_row(IndexEntry)) as cursor:
        found = cursor.execute(_file("ablation_indexes.sql")).fetchall()
    return [replace(index, kind=Kind(index.kind)) for index in found]


def read_foreign_keys(connection: psycopg.Connection) -> list[ForeignKey]:
    """Return the foreign keys of the session's database, ordered by table and name."""
    with connection.cursor(row_factory=class_row(ForeignKey)) as cursor:
        return cursor.execute(_file("ablation_foreign_keys.sql")).fetchall()


def _file(name: str) -> str:
    return (files("reports") / name).read_text()


def serves(index: IndexEntry, foreign_key: ForeignKey) -> bool:
    """Return whether a change of a parent finds the rows that refer to it in the index.

    They are found where the index begins with the foreign key's columns, in any order. A partial
    index serves only where all that it leaves out is NULL.
    """
    begins = sorted(index.columns[: len(foreign_key.columns)]) == sorted(foreign_key.columns)
    whole = not index.predicate or index.predicate in {
        f"({column} IS NOT NULL)" for column in foreign_key.columns
    }
    fits = index.method == "btree" or (index.method == "hash" and len(foreign_key.columns) == 1)
    same_table = index.table_oid == foreign_key.table_oid
    return same_table and index.is_valid and begins and whole and fits


def makes_redundant(other: IndexEntry, spare: IndexEntry) -> bool:
    """Return whether every question that `spare` answers is answered by `other` as well.

    A B-tree whose keys are a leading part of another's is spare; of two equal indexes, of any
    method, the younger one, if not one of them belongs to a constraint.
    """
    if spare.kind.is_constraint or spare.is_identity or not other.is_valid:
        return False
    same = (other.table_oid, other.method, other.predicate) == (
        spare.table_oid,
        spare.method,
        spare.predicate,
    )
    if not same or other.oid == spare.oid or not _covers(other, spare):
        return False
    if len(other.keys) > len(spare.keys):
        return spare.method == "btree" and not spare.is_unique
    if spare.is_unique and not other.is_unique:
        return False
    return _stays(other, spare)


def _covers(other: IndexEntry, spare: IndexEntry) -> bool:
    count = len(spare.keys)
    leads = other.keys[:count] == spare.keys and other.orders[:count] == spare.orders
    return leads and set(spare.included) <= {*other.keys, *other.included}


def _stays(other: IndexEntry, spare: IndexEntry) -> bool:
    """Return whether the first of two indexes with equal keys is the one to keep."""

    def worth(index: IndexEntry) -> tuple[bool, bool, int, int]:
        return (index.kind.is_constraint, index.is_unique, len(index.included), -index.oid)

    return worth(other) > worth(spare)


def redundant(indexes: Sequence[IndexEntry]) -> Iterator[tuple[IndexEntry, IndexEntry]]:
    """Yield each spare index with the one that makes it so, the shortest where there are more."""
    for spare in indexes:
        others = [other for other in indexes if makes_redundant(other, spare)]
        if spare.is_valid and others:
            yield spare, min(others, key=lambda other: (len(other.keys), other.size_bytes))


def unserved(
    foreign_keys: Sequence[ForeignKey], indexes: Sequence[IndexEntry]
) -> Iterator[ForeignKey]:
    """Yield the foreign keys whose columns no index begins with."""
    for foreign_key in foreign_keys:
        if not any(serves(index, foreign_key) for index in indexes):
            yield foreign_key
