"""Statistics of another server in a database without rows: restored, and its files made to fit."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql

from b2bench.cluster.emptytree import empty_tree, tree_level
from b2bench.cluster.relationfiles import Storage, grow, own_storage, read_block, write_blocks
from b2bench.errors import BadInput
from b2bench.figures.notation import counted
from b2bench.findings import Finding, Severity
from reports.statistics_export import RestoreCall

_NAMED = 5
_DATA_EXCEPTION = "22"
_SAME_SCHEMA = "bring the schema here to the state of the other server's, or take a newer export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """How much of an export the database has taken.

    Args:
        relations: tables, materialized views and indexes.
        attributes: columns and key expressions.
        findings: what it has not taken, and what the export has not told.
    """

    relations: int
    attributes: int
    findings: tuple[Finding, ...]


def require_restoring(connection: psycopg.Connection) -> None:
    """Check that the server can take statistics of another.

    Raises:
        BadInput: it is older than PostgreSQL 18.
    """
    row = connection.execute("SELECT to_regproc('pg_catalog.pg_restore_relation_stats')").fetchone()
    if row is None or row[0] is None:
        major = connection.info.server_version // 10_000
        raise BadInput(
            f"PostgreSQL {major} takes no planner statistics from elsewhere: use PostgreSQL 18 or "
            "newer"
        )


def restore(connection: psycopg.Connection, calls: Sequence[RestoreCall]) -> Restored:
    """Restore every statistic whose relation and column are there.

    Args:
        connection: a superuser's, in autocommit mode, to a database without rows.
        calls: of the export.

    Raises:
        psycopg.Error: the session was lost.
    """
    connection.execute("SET synchronous_commit = off")
    there = _relations(connection)
    taker = _Taker(connection)
    missing = list[tuple[RestoreCall, str]]()
    for call in calls:
        if lacking := _lacking(call, there):
            missing.append((call, lacking))
        else:
            taker.take(call)
    return Restored(
        relations=taker.taken["relation"],
        attributes=taker.taken["attribute"],
        findings=(
            *_not_here(missing),
            *_not_told(calls, there),
            *taker.findings(),
            *_extended(connection),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    """A relation of the database that statistics may be of."""

    holds_rows: bool
    columns: frozenset[str]
    column_count: int


def _relations(connection: psycopg.Connection) -> dict[tuple[str, str], _Relation]:
    rows = connection.execute(_statement("statistics_relations.sql"))
    return {
        (schema, relation): _Relation(
            holds_rows=holds_rows, columns=frozenset(columns or ()), column_count=column_count
        )
        for schema, relation, holds_rows, columns, column_count in rows
    }


def _statement(name: str) -> bytes:
    return (files("reports") / name).read_bytes()


def _lacking(call: RestoreCall, there: Mapping[tuple[str, str], _Relation]) -> str:
    """Return the code of what the database lacks for a statistic, empty where it lacks nothing."""
    relation = there.get(call.relation)
    if relation is None:
        return "relation-not-here"
    column, number = call.text("attname"), call.text("attnum")
    is_there = (
        column in relation.columns if column else not number or int(number) <= relation.column_count
    )
    return "" if is_there else "column-not-here"


class _Taker:
    """Hands statistics to the server, and keeps what it said."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._refused = Counter[tuple[str, str]]()
        self.taken = Counter[str]()
        self._of = ""
        connection.execute("SET client_min_messages = warning")
        connection.add_notice_handler(self._hear)

    def take(self, call: RestoreCall) -> None:
        self._of = ".".join(filter(None, (*call.relation, call.text("attname"))))
        function = sql.Identifier("pg_catalog", f"pg_restore_{call.kind}_stats")
        arguments = sql.SQL(", ").join(
            sql.SQL("{}, {}::{}").format(each.name, each.text, sql.SQL(each.type))
            for each in call.arguments
        )
        try:
            self._connection.execute(sql.SQL("SELECT {}({})").format(function, arguments))
        except (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
            self._hear(error.diag)
        else:
            self.taken[call.kind] += 1

    def _hear(self, said: psycopg.errors.Diagnostic) -> None:
        # the server's words on a value hold the value
        is_told = (said.sqlstate or "")[:2] != _DATA_EXCEPTION
        words = said.message_primary if is_told else None
        self._refused[self._of, words or f"a value is none here ({said.sqlstate})"] += 1

    def findings(self) -> Iterator[Finding]:
        """Yield what the server did not take."""
        for (of, words), count in self._refused.items():
            yield Finding(
                code="statistics-refused",
                severity=Severity.WARNING,
                subject=of,
                message=f"{words}{f' ×{count}' if count > 1 else ''}",
                mend=_SAME_SCHEMA,
            )


def _not_here(missing: Sequence[tuple[RestoreCall, str]]) -> Iterator[Finding]:
    relations = [".".join(call.relation) for call, code in missing if code == "relation-not-here"]
    columns = [
        ".".join((*call.relation, call.text("attname") or call.text("attnum")))
        for call, code in missing
        if code == "column-not-here"
    ]
    for names, code, noun in (
        (relations, "relation-not-here", "relation"),
        (columns, "column-not-here", "column"),
    ):
        if distinct := list(dict.fromkeys(names)):
            yield Finding(
                code=code,
                severity=Severity.WARNING,
                subject="schema",
                message=f"the export has statistics of {_listed(distinct, noun)} that the schema "
                "here has not",
                mend=_SAME_SCHEMA,
            )


def _not_told(
    calls: Sequence[RestoreCall], there: Mapping[tuple[str, str], _Relation]
) -> Iterator[Finding]:
    told = {call.relation for call in calls}
    names = [
        ".".join(name)
        for name, relation in there.items()
        if relation.holds_rows and name not in told
    ]
    if names:
        yield Finding(
            code="statistics-missing",
            severity=Severity.WARNING,
            subject="schema",
            message=f"the export has no statistics of {_listed(names, 'table')}, planned as empty",
            mend=_SAME_SCHEMA,
        )


def _listed(names: Sequence[str], noun: str) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{counted(len(names), noun)} ({', '.join(names[:_NAMED])}{more})"


def _extended(connection: psycopg.Connection) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT format('%I.%I', n.nspname, e.stxname)"
        "  FROM pg_statistic_ext AS e JOIN pg_namespace AS n ON n.oid = e.stxnamespace"
        " WHERE NOT EXISTS (SELECT FROM pg_statistic_ext_data AS d WHERE d.stxoid = e.oid)"
        " ORDER BY 1"
    )
    if names := [name for (name,) in rows]:
        yield Finding(
            code="extended-statistics-missing",
            severity=Severity.WARNING,
            subject="extended statistics",
            message=f"the export has no {_listed(names, 'object')} of CREATE STATISTICS, so rows "
            "of correlated columns are estimated without",
            mend="PostgreSQL 19 exports and restores them; 18 does not",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    oid: int
    file: str
    blocks: int
    is_btree: bool
    key_bytes: int


def fit_files(connection: psycopg.Connection) -> None:
    """Let the files of tables and indexes be as large, and B-trees as high, as statistics say.

    The planner takes rows per block from the statistics but counts the blocks of the file. Blocks
    are added as holes, so they take no place.

    Raises:
        BadInput: the server is not our own.
    """
    storage = own_storage(connection)
    sizes = [
        _Size(oid=oid, file=file, blocks=blocks, is_btree=is_btree, key_bytes=key_bytes)
        for oid, file, blocks, is_btree, key_bytes in connection.execute(
            _statement("statistics_sizes.sql")
        )
    ]
    _forget_blocks(connection, [size.oid for size in sizes if size.is_btree])
    for size in sizes:
        first = storage.data / size.file
        if size.is_btree:
            _raise_tree(storage, size)
        grow(storage, first, size.blocks)


def _raise_tree(storage: Storage, size: _Size) -> None:
    level = tree_level(size.blocks, size.key_bytes, storage.block_bytes)
    # its description and a block a level
    if size.blocks >= level + 2:
        first = storage.data / size.file
        write_blocks(storage, first, list(empty_tree(read_block(storage, first, 0), level)))


def _forget_blocks(connection: psycopg.Connection, relations: Sequence[int]) -> None:
    """Take relations out of the server's cache, so that it reads what their files say."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
    row = connection.execute(
        "SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'pg_buffercache'"
    ).fetchone()
    evict = sql.Identifier(row[0] if row else "public", "pg_buffercache_evict_relation")
    statement = sql.SQL(
        "SELECT coalesce(sum(e.buffers_skipped), 0) FROM unnest(%s::oid[]) AS r, {}(r) AS e"
    ).format(evict)
    skipped = connection.execute(statement, (list(relations),)).fetchone()
    if skipped and skipped[0]:
        raise BadInput("blocks of the scratch database stay in use: try again")
