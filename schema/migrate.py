"""Install, upgrade and take back the schema: SQL files in order, run by Alembic."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import psycopg
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from b2bench.database import connect, maintenance, one_line, reading
from b2bench.errors import BadInput, ExtensionMissing, StatementFailed
from b2bench.findings import Finding, Severity
from b2bench.marker import (
    create_marked_database,
    is_marked,
    note_run,
    read_data_set,
    require_marked,
)
from b2bench.progress import Progress, silent
from b2bench.target import Target
from schema.stepwise import (
    FOLDER,
    Phase,
    interrupted,
    is_stepwise,
    migration_file,
    migration_names,
    read_migration,
    run_steps,
    run_whole,
    whole,
)
from schema.tables import tables_in_order

_VERSION_TABLE = "schema_version"
_LOCK_TIMEOUT = "5s"
_ATTEMPTS = 6
_FIRST_PAUSE_S = 0.5
# one at a time: the number is arbitrary, the same for all that migrate a database
_MIGRATING_LOCK = 8_259_316


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Names of migrations that are in the database, and of those that are not yet.

    Args:
        interrupted: the one of which some steps were done and not all, if there is one.
    """

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    interrupted: str | None = None


def install(target: Target, progress: Progress = silent) -> tuple[str, ...]:
    """Make and mark the database if need be, bring it to the newest schema, return what was run.

    Raises:
        NotOurDatabase: it holds tables and no mark.
        ExtensionMissing: the server has no files of an extension.
        StatementFailed: a migration was refused; those before it stay.
    """
    create_marked_database(target)
    return upgrade(target, progress=progress)


def upgrade(target: Target, revision: str = "head", progress: Progress = silent) -> tuple[str, ...]:
    """Run migrations up to a revision (a number like `0004`, or `head`), return their names.

    Raises: as `install`, and BadInput for an unknown revision.
    """
    found = status(target)
    before = found.applied
    if found.interrupted in before:
        raise BadInput(
            f"taking {found.interrupted} back was interrupted: finish it with "
            "`b2bench schema downgrade -1` first"
        )
    last = _absolute(revision, found)
    _patiently(
        target,
        progress,
        lambda heads: _scripts()._upgrade_revs(last, heads),  # noqa: SLF001
    )
    return tuple(name for name in status(target).applied if name not in before)


def downgrade(target: Target, revision: str, progress: Progress = silent) -> tuple[str, ...]:
    """Take migrations back down to a revision (`0004`, `base`, `-1`), return their names.

    Rows of tables that go are lost, and the record of the data set says so.

    Raises: as `upgrade`.
    """
    found = status(target)
    before = found.applied
    if found.interrupted and found.interrupted not in before:
        raise BadInput(
            f"{found.interrupted} was interrupted: finish it with `b2bench schema upgrade` first"
        )
    last = _absolute(revision, found)
    _patiently(
        target,
        progress,
        lambda heads: _scripts()._downgrade_revs(last, heads),  # noqa: SLF001
    )
    after = status(target).applied
    _note_lost_rows(target)
    return tuple(name for name in reversed(before) if name not in after)


def _absolute(revision: str, found: Status) -> str:
    """Return the revision that `-1` or `+1` means: a second attempt begins somewhere else."""
    if not re.fullmatch(r"[+-]\d+", revision):
        return revision
    place = len(found.applied) + int(revision)
    names = (*found.applied, *found.pending)
    if not 0 <= place <= len(names):
        raise BadInput(f"{revision} leads nowhere: {len(found.applied)} migrations are applied")
    return names[place - 1][:4] if place else "base"


def _note_lost_rows(target: Target) -> None:
    left = {table.name for table in tables_in_order(target)}
    with connect(target) as connection:
        data_set = read_data_set(connection)
        if data_set is not None and not data_set.rows.keys() <= left:
            note_run(connection, "schema downgrade")


def status(target: Target) -> Status:
    """Return which migrations the database has.

    Raises:
        NotOurDatabase: it carries no mark.
    """
    with reading(target) as connection:
        require_marked(connection, target)
        current = _current(connection)
        names = migration_names()
        applied = tuple(name for name in names if current is not None and name[:4] <= current)
        return Status(
            applied=applied,
            pending=names[len(applied) :],
            interrupted=interrupted(connection, applied),
        )


def before_contract(target: Target) -> str | None:
    """Return the last pending revision before the first that contracts; `None`: there is none.

    Up to there the older release of whatever uses the database goes on.
    """
    last = None
    for name in status(target).pending:
        migration = read_migration(name)
        if migration.phase is Phase.CONTRACT:
            break
        last = migration.revision
    return last


def is_ours(target: Target) -> bool:
    """Return whether b2bench made the database."""
    with reading(target) as connection:
        return is_marked(connection)


def verify(target: Target) -> tuple[Finding, ...]:
    """Run each applied migration's `verify.sql` and return those that do not hold."""
    applied = status(target).applied
    with reading(target) as connection:
        return tuple(
            Finding(
                code="migration-not-in-effect",
                severity=Severity.ERROR,
                subject=name,
                message=f"{name} is recorded as applied and its check does not hold",
                mend="put back what `b2bench schema diff` misses, or run `b2bench schema reset`",
            )
            for name in applied
            if not _holds(connection, name)
        )


def reset(target: Target, progress: Progress = silent) -> None:
    """Drop a marked database with all its data and install it afresh.

    Raises:
        NotOurDatabase: it carries no mark; nothing is touched.
    """
    with connect(target) as connection:
        require_marked(connection, target)
    with connect(maintenance(target)) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(target.database))
        )
    install(target, progress)


def _current(connection: psycopg.Connection) -> str | None:
    found = connection.execute("SELECT to_regclass('b2bench_meta.schema_version') IS NOT NULL")
    if found.fetchone() == (False,):
        return None
    row = connection.execute("SELECT version_num FROM b2bench_meta.schema_version").fetchone()
    return str(row[0]) if row else None


def _holds(connection: psycopg.Connection, name: str) -> bool:
    try:
        row = connection.execute(whole(migration_file(name, "verify"))).fetchone()
    except (
        psycopg.errors.UndefinedColumn,
        psycopg.errors.UndefinedFunction,
        psycopg.errors.UndefinedObject,
        psycopg.errors.UndefinedTable,
    ):
        return False
    return bool(row and row[0])


def _patiently(target: Target, progress: Progress, steps: Callable[[Any], Any]) -> None:
    """Migrate, and come back when somebody holds a lock; what was done by then stays.

    Between attempts nothing queues behind us, so that others are never held up for long.
    """
    pause_s = _FIRST_PAUSE_S
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with _migrating(target) as connection:
                return _run(connection, steps, progress)
        except psycopg.errors.LockNotAvailable as error:
            if attempt == _ATTEMPTS:
                raise StatementFailed(
                    f"a lock was not to be had, {attempt} times for {_LOCK_TIMEOUT}: end the "
                    "oldest transactions in pg_stat_activity and run it again"
                ) from error
            progress("waiting for a lock", done=attempt, total=_ATTEMPTS)
            time.sleep(pause_s)
            pause_s *= 2
    return None


@contextmanager
def _migrating(target: Target) -> Iterator[Connection]:
    """Open a session for Alembic whose locks give up rather than queue behind a long query."""
    with connect(target) as opened:
        require_marked(opened, target)
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _session(target),
        poolclass=NullPool,
    )
    try:
        with engine.connect() as connection:
            _driver(connection).execute("SELECT pg_advisory_lock(%s)", (_MIGRATING_LOCK,))
            connection.commit()
            yield connection
    except CommandError as error:
        raise BadInput(f"{error}: there is {', '.join(migration_names())}") from error
    except psycopg.errors.LockNotAvailable:
        raise
    except psycopg.errors.FeatureNotSupported as error:
        # what CREATE EXTENSION says where the extension's files are not
        raise ExtensionMissing(
            f"{error.diag.message_primary}: install PostgreSQL's contrib package on the server"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise StatementFailed(
            f"a migration was refused: {one_line(error)}: have a superuser do that first, then run"
            " it again; docs/security.md says who may install"
        ) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        said = one_line(error) if isinstance(error, psycopg.Error) else " ".join(str(error).split())
        raise StatementFailed(f"a migration was refused: {said}") from error
    finally:
        engine.dispose()


def _session(target: Target) -> psycopg.Connection:
    patient = target.with_setting("lock_timeout", _LOCK_TIMEOUT)
    connection = psycopg.connect(
        patient.conninfo, application_name="b2bench (schema)", autocommit=True
    )
    # a server whose client was killed ends the statement; some systems cannot notice it
    with suppress(psycopg.errors.InvalidParameterValue):
        connection.execute("SET client_connection_check_interval = '1s'")
    connection.autocommit = False
    return connection


def _run(connection: Connection, steps: Callable[[Any], Any], progress: Progress) -> None:
    names, done = migration_names(), 0
    context = MigrationContext.configure(
        connection,
        opts={
            "fn": lambda heads, _context: steps(heads),
            "version_table": _VERSION_TABLE,
            "version_table_schema": "b2bench_meta",
            "transaction_per_migration": True,
        },
    )

    def execute(name: str, direction: str) -> None:
        nonlocal done
        progress(f"schema {name}", done=done, total=len(names))
        file = migration_file(name, direction)
        if is_stepwise(file):
            with context.autocommit_block():
                run_steps(_driver(connection), name, direction, file)
        else:
            run_whole(_driver(connection), name, file)
        done += 1

    with context.begin_transaction():
        context.run_migrations(execute=execute)


def _driver(connection: Connection) -> psycopg.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(driver)
    return driver


def _scripts() -> ScriptDirectory:
    return _SqlFolders(str(FOLDER), "")


class _SqlFolders(ScriptDirectory):
    """Alembic's revisions, made from folders of .sql files instead of Python modules."""

    def _load_revisions(self) -> Iterator[Script]:
        previous = None
        for name in migration_names():
            yield Script(_module(name, previous), name[:4], str(FOLDER / name))
            previous = name[:4]


def _module(name: str, previous: str | None) -> ModuleType:
    module = ModuleType(name, doc=name)
    steps: Mapping[str, Any] = {
        "revision": name[:4],
        "down_revision": previous,
        "upgrade": lambda execute: execute(name, "up"),
        "downgrade": lambda execute: execute(name, "down"),
    }
    vars(module).update(steps)
    return module
