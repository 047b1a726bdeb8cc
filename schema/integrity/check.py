"""Run every check on a database, any PostgreSQL's, and say what to do about what was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.database import reading
from b2bench.findings import Finding, Severity
from b2bench.progress import Progress, silent
from b2bench.sqlfile import SqlFile, SqlFileError, read_sql_file
from b2bench.target import Target

_CHECKS = Path(__file__).parent / "checks"
_FOREIGN_KEYS = Path(__file__).with_name("foreign-keys.sql")
_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _ForeignKey:
    name: str
    child_schema: str
    child: str
    parent_schema: str
    parent: str
    child_columns: Sequence[str]
    parent_columns: Sequence[str]


def check_integrity(target: Target, progress: Progress = silent) -> tuple[Finding, ...]:
    """Return what is wrong with a database; orphans are searched for in every foreign key.

    Raises: as `connect`.
    """
    with reading(target, statement_timeout_s=_TIMEOUT_S) as connection:
        found = [finding for path in _files() for finding in _findings(connection, path)]
        return (*orphans(connection, progress), *found)


def _files() -> list[Path]:
    return sorted(_CHECKS.glob("*.sql"))


def _findings(connection: psycopg.Connection, path: Path) -> Iterator[Finding]:
    file = read_sql_file(path)
    severity = _severity(file)
    for subject, message, mend in connection.execute(file.parts[0].sql.encode()):
        yield Finding(
            code=path.stem, severity=severity, subject=subject, message=message, mend=mend
        )


def _severity(file: SqlFile) -> Severity:
    header = file.header("severity")
    if header is None:
        raise SqlFileError(file.path, 1, "no -- severity:")
    return Severity(header.value)


def orphans(connection: psycopg.Connection, progress: Progress = silent) -> Iterator[Finding]:
    """Yield each foreign key that has rows without a parent, validated or not."""
    with connection.cursor(row_factory=class_row(_ForeignKey)) as cursor:
        query = read_sql_file(_FOREIGN_KEYS).parts[0].sql
        keys = cursor.execute(query.encode()).fetchall()
    for done, key in enumerate(keys):
        progress(f"orphans of {key.parent}", done=done, total=len(keys))
        row = connection.execute(_without_parent(key)).fetchone()
        if row and row[0]:
            yield _orphaned(key, row[0])
    progress("orphans", done=len(keys), total=len(keys))


def _without_parent(key: _ForeignKey) -> sql.Composed:
    """Return the query that counts children whose parent is not there."""
    pairs = zip(key.child_columns, key.parent_columns, strict=True)
    child = sql.Identifier("c")
    return sql.SQL(
        "SELECT count(*) FROM {child} c WHERE {given}"
        " AND NOT EXISTS (SELECT FROM {parent} p WHERE {equal})"
    ).format(
        child=sql.Identifier(key.child_schema, key.child),
        parent=sql.Identifier(key.parent_schema, key.parent),
        given=sql.SQL(" AND ").join(
            sql.SQL("{}.{} IS NOT NULL").format(child, sql.Identifier(column))
            for column in key.child_columns
        ),
        equal=sql.SQL(" AND ").join(
            sql.SQL("p.{} = c.{}").format(sql.Identifier(parent), sql.Identifier(own))
            for own, parent in pairs
        ),
    )


def _orphaned(key: _ForeignKey, rows: int) -> Finding:
    return Finding(
        code="orphans",
        severity=Severity.ERROR,
        subject=key.child,
        message=f"{rows:,} rows name a row of {key.parent} that is not there ({key.name})",
        mend=f"delete them or give them a parent, then VALIDATE CONSTRAINT {key.name}",
    )
