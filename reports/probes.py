"""States that no catalogue shows, as experiments: what may be wrong, and what would mend it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.database import connect
from b2bench.target import Target
from reports.upkeep import keep_up

_TIMEOUTS = {"lock_timeout": "5000", "statement_timeout": "600000"}
# a table's rows may be so many more or fewer before its statistics are said to be stale
_STALE = 0.1
# what a freshly built table or index has not; less is not worth an experiment
_BLOATED_PERCENT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One experiment with a copy of a database.

    Args:
        target: the copy.
        kind: of the state: `statistics`, `pending list`, `dead rows`, `visibility` or `bloat`.
        identity: of the table or index.
        shown: what may be wrong, in words, with what was seen of it.
        mend: what undoes it where the database is in use.
        statements: that undo it in the copy, outside of a transaction.
    """

    target: Target
    kind: str
    identity: str
    shown: str
    mend: str
    statements: tuple[str, ...]

    def apply(self) -> None:
        """Undo the state in the copy, for good.

        Raises:
            StatementFailed: the server refuses it.
            ServerUnreachable: no session could be opened.
        """
        with _session(self.target) as connection:
            keep_up(connection, self.identity, self.statements)


def probes(target: Target, relations: Sequence[str]) -> tuple[Probe, ...]:
    """Return what to try on a copy, the cheapest first; the copy is not changed yet.

    Where pgstattuple and pg_visibility can be had, only what they find is tried; otherwise all
    that the catalogue does not exclude.

    Args:
        target: the copy, as a superuser where those extensions are wanted.
        relations: of a plan, as `schema.name` without quotes.

    Raises:
        ServerUnreachable: no session could be opened.
    """
    # extensions that are made on the way are gone afterwards
    with _session(target) as connection, connection.transaction(force_rollback=True):
        return tuple(_Looking(connection, target, relations).find())


@contextmanager
def _session(target: Target) -> Iterator[psycopg.Connection]:
    own = replace(target, role=None)
    with connect(own, application_name="b2bench (probes)") as connection:
        for name, value in _TIMEOUTS.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        yield connection


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    oid: int
    name: str
    is_stored: bool
    rows_expected: float
    pages_visible: int
    pages: int
    has_statistics: bool
    fillfactor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    oid: int
    table_oid: int
    name: str
    method: str
    fillfactor: int
    pages: int


class _Looking:
    """Finds what may be wrong, in a transaction that is rolled back."""

    def __init__(
        self, connection: psycopg.Connection, target: Target, relations: Sequence[str]
    ) -> None:
        self._connection = connection
        self._target = target
        cursor = connection.cursor(row_factory=class_row(_Table))
        text = _text("probes_tables.sql")
        self._tables = cursor.execute(text, {"relations": list(relations)}).fetchall()
        indexes = connection.cursor(row_factory=class_row(_Index))
        oids = [table.oid for table in self._tables]
        self._indexes = indexes.execute(_text("probes_indexes.sql"), {"tables": oids}).fetchall()
        self._schemas = {name: self._extended(name) for name in ("pgstattuple", "pg_visibility")}

    def find(self) -> Iterator[Probe]:
        """Yield experiments: those of one sort for all tables before those of the next."""
        yield from map(self._statistics, self._tables)
        yield from filter(None, map(self._pending_list, self._indexes))
        yield from filter(None, map(self._unvacuumed, self._stored))
        seen = [index for index in self._indexes if index.method == "btree"]
        yield from filter(None, map(self._bloated_index, seen))
        yield from filter(None, map(self._bloated_table, self._stored))
        # of the others nothing can be seen, and they take long
        unseen = [index for index in self._indexes if index.method != "btree"]
        yield from filter(None, map(self._bloated_index, unseen))

    @property
    def _stored(self) -> list[_Table]:
        return [table for table in self._tables if table.is_stored and table.pages]

    def _statistics(self, table: _Table) -> Probe:
        shown = f"statistics of {table.name} are stale or missing"
        # counting the rows by a query would remove some of the dead ones
        counted = self._inspect("pgstattuple", "pgstattuple", "tuple_count", table.oid)
        if table.is_stored and not table.has_statistics:
            shown = f"statistics of {table.name} are missing"
        elif counted is not None and abs(counted - table.rows_expected) > _STALE * counted:
            expected = f"{max(table.rows_expected, 0):,.0f} rows expected"
            shown = f"statistics of {table.name} are stale: {expected}, {counted:,.0f} there"
        statement = f"ANALYZE {table.name}"
        return self._probe("statistics", table.name, shown, statement, statement)

    def _pending_list(self, index: _Index) -> Probe | None:
        if index.method != "gin":
            return None
        found = self._inspect("pgstattuple", "pgstatginindex", "pending_pages", index.oid)
        if found == 0:
            return None
        holds = "may hold pages" if found is None else f"holds {found:,.0f} pages"
        return self._probe(
            "pending list",
            index.name,
            f"the pending list of index {index.name} {holds}",
            f"VACUUM its table more often, or ALTER INDEX {index.name} SET (fastupdate = off)",
            f"SELECT gin_clean_pending_list('{index.name}')",
        )

    def _unvacuumed(self, table: _Table) -> Probe | None:
        dead = self._inspect("pgstattuple", "pgstattuple", "dead_tuple_count", table.oid)
        visible = self._inspect(
            "pg_visibility", "pg_visibility_map_summary", "all_visible", table.oid
        )
        visible = min(table.pages_visible, table.pages_visible if visible is None else visible)
        if not dead and visible >= table.pages:
            return None
        kind, shown = (
            "visibility",
            (
                f"{visible:,.0f} of {table.pages:,} pages of {table.name} are known to be "
                "visible to all"
            ),
        )
        if dead:
            kind, shown = "dead rows", f"{table.name} holds {dead:,.0f} dead rows"
        # indexes, too, however few the dead rows are
        statement = f"VACUUM (INDEX_CLEANUP ON) {table.name}"
        return self._probe(kind, table.name, shown, f"VACUUM {table.name}", statement)

    def _bloated_index(self, index: _Index) -> Probe | None:
        full = None
        if index.method == "btree":
            full = self._inspect("pgstattuple", "pgstatindex", "avg_leaf_density", index.oid)
        if full is not None and not _is_bloated(index.pages, index.fillfactor - full):
            return None
        how = "may be bloated" if full is None else f"is bloated: its leaves are {full:.0f} % full"
        mend = f"REINDEX INDEX CONCURRENTLY {index.name}"
        statement = f"REINDEX INDEX {index.name}"
        return self._probe("bloat", index.name, f"index {index.name} {how}", mend, statement)

    def _bloated_table(self, table: _Table) -> Probe | None:
        empty = self._inspect(
            "pgstattuple", "pgstattuple", "free_percent + dead_tuple_percent", table.oid
        )
        spare = 100 - table.fillfactor
        if empty is not None and not _is_bloated(table.pages, empty - spare):
            return None
        how = "may be bloated" if empty is None else f"is bloated: {empty:.0f} % of it are empty"
        return self._probe(
            "bloat",
            table.name,
            f"table {table.name} {how}",
            f"VACUUM (FULL) {table.name}, which locks it",
            f"VACUUM (FULL) {table.name}",
            # what is visible to all is forgotten when rows are moved
            f"VACUUM (ANALYZE) {table.name}",
        )

    def _probe(self, kind: str, identity: str, shown: str, mend: str, *statements: str) -> Probe:
        return Probe(
            target=self._target,
            kind=kind,
            identity=identity,
            shown=shown,
            mend=mend,
            statements=statements,
        )

    def _extended(self, name: str) -> str | None:
        """Return the schema of an extension, which is made if need be; `None` if it cannot."""
        found = self._connection.execute(
            "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace"
            " WHERE extname = %s",
            (name,),
        ).fetchone()
        if found:
            return str(found[0])
        try:
            with self._connection.transaction():
                schema = f"b2bench_{name}"
                for statement in (
                    f"CREATE SCHEMA {schema}",
                    f"CREATE EXTENSION {name} SCHEMA {schema}",
                ):
                    self._connection.execute(statement.encode())
        except psycopg.Error:
            if self._connection.broken:
                raise
            return None
        return schema

    def _inspect(
        self, extension: str, function: str, column: LiteralString, oid: int
    ) -> float | None:
        """Return what an extension's function says of a relation; `None` where it cannot."""
        schema = self._schemas[extension]
        if schema is None:
            return None
        question = sql.SQL("SELECT {} FROM {}({}::oid::regclass)")
        called = sql.Identifier(schema, function)
        return self._ask(question.format(sql.SQL(column), called, sql.Literal(oid)))

    def _ask(self, question: sql.Composed) -> float | None:
        """Return a number, `None` where the server refuses to say it."""
        try:
            with self._connection.transaction():
                row = self._connection.execute(question).fetchone()
        except psycopg.Error:
            if self._connection.broken:
                raise
            return None
        return None if row is None or row[0] is None else float(row[0])


def _is_bloated(pages: int, empty_percent: float) -> bool:
    return empty_percent > _BLOATED_PERCENT and pages * empty_percent / 100 >= 1


def _text(file: str) -> bytes:
    return (files("reports") / file).read_bytes()
