"""Prove, as SQL in the database, that a data set keeps every rule of the shop."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from b2bench.database import reading
from b2bench.marker import DataSet, require_data_set
from b2bench.progress import Progress, silent
from b2bench.sqlfile import Part, read_sql_file
from b2bench.target import Target
from loadgen.data.population import RFQ_SHARES
from schema.integrity import orphans

_CHECKS = Path(__file__).parent / "checks"
_TIMEOUT_S = 600.0
# a rule's rows, each with its breach; NULL is none
_COUNTED = (
    b"SELECT count(*), count(*) FILTER (WHERE bad), min(example) FILTER (WHERE bad)"
    b"  FROM (%b) AS looked_at"
)
ORPHANS, VOLUMES, VALUES = (
    "no row without its parent",
    "as many rows as declared",
    "every value occurs",
)
SHARES = "states of requests have their shares"
# the audit of a data set is the history of requests, and those are never deleted
_NOT_IN_DATA = {"audit_operation": {"DELETE", "TRUNCATE"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule, and how it was kept.

    Args:
        area: part of the shop.
        rule: what must hold, in words.
        checked: number of rows, or of what the rule is about.
        breaches: how many of them do not keep it.
        example: the first of these.
    """

    area: str
    rule: str
    checked: int
    breaches: int
    example: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the rule is kept, by something at all."""
        return self.breaches == 0 and self.checked > 0


def verify(target: Target, progress: Progress = silent) -> tuple[Check, ...]:
    """Return every rule of the data contract with the number of its breaches.

    Raises: as `require_data_set`, and as `connect`.
    """
    data_set = require_data_set(target)
    with reading(target, statement_timeout_s=_TIMEOUT_S) as connection:
        return tuple(checks(connection, data_set, progress))


def checks(
    connection: psycopg.Connection, data_set: DataSet, progress: Progress = silent
) -> Iterator[Check]:
    """Look at every rule in a session.

    Row counts are those of the load, so they are not looked at after a run in place.
    """
    rules = [(path.stem, part) for path in sorted(_CHECKS.glob("*.sql")) for part in _rules(path)]
    for done, (area, part) in enumerate(rules):
        progress(f"rules of {area}", done=done, total=len(rules))
        yield _kept(connection, area, part)
    progress("orphans")
    found = list(orphans(connection))
    yield Check(
        area="all",
        rule=ORPHANS,
        checked=sum(data_set.rows.values()),
        breaches=len(found),
        example=found[0].line if found else None,
    )
    yield _values(connection)
    if data_set.last_run is None:
        yield _volumes(connection, data_set)
        yield _shares(connection)


def _rules(path: Path) -> tuple[Part, ...]:
    return read_sql_file(path).parts


def _kept(connection: psycopg.Connection, area: str, part: Part) -> Check:
    row = connection.execute(_COUNTED % part.sql.rstrip(";\n").encode()).fetchone()
    checked, breaches, example = row or (0, 0, None)
    return Check(area=area, rule=part.title, checked=checked, breaches=breaches, example=example)


def _values(connection: psycopg.Connection) -> Check:
    """Look for values of enum types that no column of the type has."""
    declared = connection.execute(
        "SELECT t.typname, array_agg(DISTINCT e.enumlabel::text),"
        "       array_agg(DISTINCT ARRAY[c.relname, a.attname]::text[])"
        "  FROM pg_type t"
        "  JOIN pg_enum e ON e.enumtypid = t.oid"
        "  JOIN pg_attribute a ON a.atttypid = t.oid AND NOT a.attisdropped"
        "  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')"
        "   AND c.relnamespace = t.typnamespace"
        " WHERE t.typnamespace = 'public'::regnamespace"
        " GROUP BY 1"
        " ORDER BY 1"
    ).fetchall()
    wanted, missing = 0, list[str]()
    for name, labels, columns in declared:
        found = {value for table, column in columns for value in _found(connection, table, column)}
        owed = set(labels) - _NOT_IN_DATA.get(name, set())
        wanted += len(owed)
        missing += sorted(f"{name} {label}" for label in owed - found)
    return Check(
        area="all",
        rule=VALUES,
        checked=wanted,
        breaches=len(missing),
        example=missing[0] if missing else None,
    )


def _found(connection: psycopg.Connection, table: str, column: str) -> list[str]:
    query = sql.SQL("SELECT DISTINCT {}::text FROM {}")
    rows = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table)))
    return [value for (value,) in rows if value is not None]


def _volumes(connection: psycopg.Connection, data_set: DataSet) -> Check:
    wrong = list[str]()
    for table, declared in sorted(data_set.rows.items()):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        if row != (declared,):
            wrong.append(f"{table}: {row[0] if row else 0:,} instead of {declared:,}")
    return Check(
        area="all",
        rule=VOLUMES,
        checked=len(data_set.rows),
        breaches=len(wrong),
        example=wrong[0] if wrong else None,
    )


def _shares(connection: psycopg.Connection) -> Check:
    rows = connection.execute("SELECT status::text, count(*) FROM rfq_requests GROUP BY 1")
    counts: dict[str, int] = dict(rows.fetchall())
    total = sum(counts.values())
    wrong = [
        f"{status}: {counts.get(status, 0):,} of {total:,}"
        for status, share in RFQ_SHARES.items()
        if abs(counts.get(status, 0) - share * total) > 1
    ]
    return Check(
        area="requests",
        rule=SHARES,
        checked=len(RFQ_SHARES),
        breaches=len(wrong),
        example=wrong[0] if wrong else None,
    )
