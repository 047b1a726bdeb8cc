"""Migrations as files: what each declares, and its steps, run so that a killed one goes on."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import sql

from b2bench.errors import StatementFailed
from b2bench.sqlfile import Part, SqlFile, SqlFileError, read_sql_file

FOLDER = Path(__file__).parent / "migrations"
_EACH_STEP = "each step"
_REPEATED = "repeated"
_CONCURRENTLY = "INDEX CONCURRENTLY"
_BUILDS = re.compile(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+)")


class Phase(StrEnum):
    """What a migration does to those who still run the older release."""

    EXPAND = "expand"  # adds; the older release goes on
    CONTRACT = "contract"  # takes away what only the older release used


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One folder: what it is for, and whether the older release survives it."""

    name: str
    why: str
    phase: Phase

    @property
    def revision(self) -> str:
        """The number that the name begins with."""
        return self.name[:4]


def migration_names() -> tuple[str, ...]:
    """Return the names of all migrations, in order."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if (path / "up.sql").is_file()))


def read_migration(name: str) -> Migration:
    """Read what a migration declares.

    Raises:
        SqlFileError: its phase is not one.
    """
    file = read_sql_file(FOLDER / name / "up.sql")
    why, phase = file.header("why"), file.header("phase")
    if phase is not None and phase.value not in list(Phase):
        raise SqlFileError(
            file.path, phase.line, f"phase {phase.value!r}: write {', '.join(Phase)}"
        )
    return Migration(
        name=name,
        why=why.value if why else "",
        phase=Phase(phase.value) if phase else Phase.EXPAND,
    )


def migration_file(name: str, direction: str) -> SqlFile:
    """Read a migration's `up`, `down` or `verify`."""
    return read_sql_file(FOLDER / name / f"{direction}.sql")


def is_stepwise(file: SqlFile) -> bool:
    """Return whether each step of a file is a transaction of its own."""
    header = file.header("transaction")
    if header is not None and header.value != _EACH_STEP:
        raise SqlFileError(
            file.path, header.line, f"transaction {header.value!r}: write {_EACH_STEP}"
        )
    return header is not None


def whole(file: SqlFile) -> bytes:
    """Return all SQL of a file that is one transaction."""
    return "\n".join(part.sql for part in file.parts).encode()


def run_whole(connection: psycopg.Connection, name: str, file: SqlFile) -> None:
    """Run a file in the session's transaction; what steps were done the other way is void."""
    connection.execute(whole(file))
    if _keeps_steps(connection):
        connection.execute("DELETE FROM b2bench_meta.schema_step WHERE migration = %s", (name,))


def interrupted(connection: psycopg.Connection, applied: tuple[str, ...]) -> str | None:
    """Return the migration of which some steps were done and not all, if there is one."""
    if not _keeps_steps(connection):
        return None
    rows = connection.execute("SELECT DISTINCT migration, direction FROM b2bench_meta.schema_step")
    unfinished = {name for name, direction in rows if (direction == "up") != (name in applied)}
    return min(unfinished, default=None)


def run_steps(connection: psycopg.Connection, name: str, direction: str, file: SqlFile) -> None:
    """Run the steps that were not done yet, each in a transaction of its own.

    What was done is written down with the step, or right after it where the step cannot be in a
    transaction; an index whose build was killed is built again.

    Args:
        connection: in autocommit mode.
        name: the migration.
        direction: `up` or `down`.
        file: its SQL.

    Raises:
        StatementFailed: an index is invalid after its build.
        psycopg.Error: the server refused a step; those before it stay.
    """
    done = _done(connection, name, direction)
    for part in file.parts:
        if part.title not in done:
            _run_step(connection, (name, direction, part.title), part)


def _keeps_steps(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT to_regclass('b2bench_meta.schema_step')").fetchone()
    return row is not None and row[0] is not None


def _done(connection: psycopg.Connection, name: str, direction: str) -> set[str]:
    if not _keeps_steps(connection):
        connection.execute(
            "CREATE TABLE b2bench_meta.schema_step"
            " (migration text, direction text, step text, PRIMARY KEY (migration, direction, step))"
        )
    connection.execute(
        "DELETE FROM b2bench_meta.schema_step WHERE migration = %s AND direction <> %s",
        (name, direction),
    )
    rows = connection.execute(
        "SELECT step FROM b2bench_meta.schema_step WHERE migration = %s AND direction = %s",
        (name, direction),
    )
    return {row[0] for row in rows}


def _run_step(connection: psycopg.Connection, key: tuple[str, str, str], part: Part) -> None:
    if _CONCURRENTLY in part.sql:
        _run_beside_others(connection, part.sql)
        _write_down(connection, key)
    elif part.title.endswith(_REPEATED):
        while connection.execute(part.sql.encode()).rowcount:
            pass
        _write_down(connection, key)
    else:
        with connection.transaction():
            connection.execute(part.sql.encode())
            _write_down(connection, key)


def _write_down(connection: psycopg.Connection, key: tuple[str, str, str]) -> None:
    connection.execute(
        "INSERT INTO b2bench_meta.schema_step (migration, direction, step) VALUES (%s, %s, %s)",
        key,
    )


def _run_beside_others(connection: psycopg.Connection, statement: str) -> None:
    """Build or drop an index while others write; the wait for their transactions has no limit.

    It blocks nobody, and giving up would leave an invalid index behind.
    """
    names = _BUILDS.findall(statement)
    # a killed build may have broken off, or ended without anybody writing it down
    for name in _existing(connection, names):
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    connection.execute("SET lock_timeout = 0")
    try:
        connection.execute(statement.encode())
    finally:
        if not connection.closed:
            connection.execute("RESET lock_timeout")
    if left := _existing(connection, names, valid=False):
        raise StatementFailed(f"index {', '.join(left)} is invalid after its build: run it again")


def _existing(connection: psycopg.Connection, names: list[str], *, valid: bool = True) -> list[str]:
    """Return which of the indexes are there; with `valid=False` only those that are invalid."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relname = ANY (%s) AND c.relnamespace = 'public'::regnamespace"
        "   AND (%s OR NOT i.indisvalid)",
        (names, valid),
    )
    return [row[0] for row in rows]
