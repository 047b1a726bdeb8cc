"""A moment to which a table is taken back, and which events came after it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import psycopg
from psycopg import sql

from b2bench.errors import BadInput
from schema.audit.tables import AuditedTable, statement

_SNAPSHOT = re.compile(r"\d+:\d+:(\d+(,\d+)*)?")
# what transactions have for a number in a row's header, of those that can still be told apart
_COMMITTED_AT = sql.SQL(
    "CASE WHEN e.transaction_id > {newest} - 2147483648"
    "     THEN pg_xact_commit_timestamp((e.transaction_id % 4294967296)::text::xid) END"
)
_NEWEST = sql.SQL("(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)")


class Clock(StrEnum):
    """By what events are told to be after the moment."""

    SNAPSHOT = "the snapshot: exact"
    COMMITS = "the times of commits"
    STATEMENTS = "the times of statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time, or a snapshot as `pg_current_snapshot()` writes it; one of them is given."""

    time: datetime | None
    snapshot: str | None
    clock: Clock

    @property
    def after(self) -> sql.Composable:
        """The condition that holds for events `e` after the moment."""
        if self.snapshot is not None:
            visible = "NOT pg_visible_in_snapshot(e.transaction_id::text::xid8, {}::pg_snapshot)"
            return sql.SQL(visible).format(self.snapshot)
        later = sql.SQL("e.occurred_at > {}").format(self.time)
        if self.clock is Clock.STATEMENTS:
            return later
        committed = _COMMITTED_AT.format(newest=_NEWEST)
        return sql.SQL("({} OR coalesce({} > {}, false))").format(later, committed, self.time)


def read_moment(connection: psycopg.Connection, text: str) -> Moment:
    """Read a time like `2026-06-01T12:00Z` or a snapshot like `812:815:813`.

    A time without zone is UTC.

    Raises:
        BadInput: it is neither, or lies ahead.
    """
    if _SNAPSHOT.fullmatch(text):
        return Moment(time=None, snapshot=_valid(connection, text), clock=Clock.SNAPSHOT)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--at {text!r}: write a time like 2026-06-01T12:00:00+00:00, or what"
            " pg_current_snapshot() returned"
        ) from None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    row = connection.execute(
        "SELECT %s > clock_timestamp(), current_setting('track_commit_timestamp')::bool", (time,)
    ).fetchone()
    ahead, tracked = row or (False, False)
    if ahead:
        raise BadInput(f"--at {text}: that is yet to come")
    return Moment(time=time, snapshot=None, clock=Clock.COMMITS if tracked else Clock.STATEMENTS)


def _valid(connection: psycopg.Connection, text: str) -> str:
    try:
        row = connection.execute(
            "SELECT pg_snapshot_xmax(%(s)s::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())",
            {"s": text},
        ).fetchone()
    except psycopg.errors.DataError:
        row = (True,)
    if row == (True,):
        raise BadInput(f"--at {text}: this server has taken no such snapshot")
    return text


def require_audited_by_then(
    connection: psycopg.Connection, table: AuditedTable, moment: Moment
) -> None:
    """Check that a table was audited at a moment.

    Raises:
        BadInput: it was not yet.
    """
    if moment.time is not None:
        too_early = moment.time < table.began_at
    else:
        row = connection.execute(
            "SELECT pg_visible_in_snapshot(%s::text::xid8, %s::pg_snapshot)",
            (table.transaction_id, moment.snapshot),
        ).fetchone()
        too_early = row != (True,)
    if too_early:
        began = table.began_at.astimezone(UTC).isoformat(sep=" ")
        raise BadInput(
            f"{table.name} is audited since it was loaded or installed, {began}: what it was"
            " before that is not known"
        )


def doubtful(
    connection: psycopg.Connection, table: AuditedTable, moment: Moment
) -> tuple[int, ...]:
    """Return transactions of which nobody knows on which side of a moment they ended."""
    if moment.time is None:
        return ()
    unknown: sql.Composable = sql.SQL("true")
    if moment.clock is Clock.COMMITS:
        unknown = sql.SQL("{} IS NULL").format(_COMMITTED_AT.format(newest=_NEWEST))
    query = sql.SQL(statement("doubtful")).format(name=table.name, at=moment.time, unknown=unknown)
    return tuple(row[0] for row in connection.execute(query))
