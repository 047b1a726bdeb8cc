"""Install, upgrade and take back the schema: SQL files in order, run by Alembic."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
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

from b2bench.database import connect, maintenance, reading
from b2bench.errors import BadInput, ExtensionMissing, StatementFailed
from b2bench.findings import Finding, Severity
from b2bench.marker import create_marked_database, require_marked
from b2bench.progress import Progress, silent
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target

FOLDER = Path(__file__).parent / "migrations"
_VERSION_TABLE = "schema_version"
_LOCK_TIMEOUT = "5s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Names of migrations that are in the database, and of those that are not yet."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]


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
    before = status(target).applied
    with _migrating(target) as connection:
        _run(connection, lambda heads: _scripts()._upgrade_revs(revision, heads), progress)  # noqa: SLF001
    return tuple(name for name in status(target).applied if name not in before)


def downgrade(target: Target, revision: str, progress: Progress = silent) -> tuple[str, ...]:
    """Take migrations back down to a revision (`0004`, `base`, `-1`), return their names.

    Raises: as `upgrade`.
    """
    before = status(target).applied
    with _migrating(target) as connection:
        _run(connection, lambda heads: _scripts()._downgrade_revs(revision, heads), progress)  # noqa: SLF001
    after = status(target).applied
    return tuple(name for name in reversed(before) if name not in after)


def status(target: Target) -> Status:
    """Return which migrations the database has.

    Raises:
        NotOurDatabase: it carries no mark.
    """
    with reading(target) as connection:
        require_marked(connection, target)
        current = _current(connection)
    names = migrations()
    applied = [name for name in names if current is not None and name[:4] <= current]
    return Status(applied=tuple(applied), pending=tuple(names[len(applied) :]))


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
                mend="run `b2bench schema reset`, or put back what was taken away",
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


def migrations() -> tuple[str, ...]:
    """Return the names of all migrations, in order."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if (path / "up.sql").is_file()))


def _current(connection: psycopg.Connection) -> str | None:
    found = connection.execute("SELECT to_regclass('b2bench_meta.schema_version') IS NOT NULL")
    if found.fetchone() == (False,):
        return None
    row = connection.execute("SELECT version_num FROM b2bench_meta.schema_version").fetchone()
    return str(row[0]) if row else None


def _holds(connection: psycopg.Connection, name: str) -> bool:
    try:
        row = connection.execute(_sql(name, "verify")).fetchone()
    except (psycopg.errors.UndefinedObject, psycopg.errors.UndefinedTable):
        return False
    return bool(row and row[0])


def _sql(name: str, direction: str) -> str:
    return "\n".join(part.sql for part in read_sql_file(FOLDER / name / f"{direction}.sql").parts)


@contextmanager
def _migrating(target: Target) -> Iterator[Connection]:
    """Open a session for Alembic whose locks give up rather than queue behind a long query."""
    with connect(target) as opened:
        require_marked(opened, target)
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(
            target.conninfo,
            application_name="b2bench (schema)",
            options=f"-c lock_timeout={_LOCK_TIMEOUT}",
        ),
        poolclass=NullPool,
    )
    try:
        with engine.connect() as connection:
            yield connection
    except CommandError as error:
        raise BadInput(f"{error}: there is {', '.join(migrations())}") from error
    except psycopg.errors.FeatureNotSupported as error:
        # what CREATE EXTENSION says where the extension's files are not
        raise ExtensionMissing(
            f"{error.diag.message_primary}: install PostgreSQL's contrib package on the server"
        ) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise StatementFailed(f"a migration was refused: {' '.join(str(error).split())}") from error
    finally:
        engine.dispose()


def _run(connection: Connection, steps: Any, progress: Progress) -> None:  # noqa: ANN401
    done = 0

    def execute(name: str, direction: str) -> None:
        nonlocal done
        progress(f"schema {name}", done=done, total=len(migrations()))
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(driver)
        driver.execute(_sql(name, direction).encode())
        done += 1

    options: dict[str, Any] = {
        "fn": lambda heads, _context: steps(heads),
        "version_table": _VERSION_TABLE,
        "version_table_schema": "b2bench_meta",
        "transaction_per_migration": True,
    }
    context = MigrationContext.configure(connection, opts=options)
    with context.begin_transaction():
        context.run_migrations(execute=execute)


def _scripts() -> ScriptDirectory:
    return _SqlFolders(str(FOLDER), "")


class _SqlFolders(ScriptDirectory):
    """Alembic's revisions, made from folders of .sql files instead of Python modules."""

    def _load_revisions(self) -> Iterator[Script]:
        previous = None
        for name in migrations():
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
