"""Seals over the audit: a chain of digests for each month, which shows what was changed later."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.database import connect, reading
from b2bench.progress import Progress, silent
from b2bench.target import Target
from schema.audit.tables import require_audit, statement

_TIMEOUT_S = 3600.0
# one at a time: the number is arbitrary, the same for all that seal a database
_SEALING_LOCK = 8_259_318
_SCHEMA = "b2bench_audit"
# numbers and moments as text are the same whatever the session's settings; `e` is an event
_DIGEST = sql.SQL(
    "sha256(convert_to(jsonb_build_array(e.id, e.table_name, e.record_key, e.operation,"
    " e.transaction_id, e.actor, e.old_row, e.new_row, extract(epoch FROM e.occurred_at))::text,"
    " 'UTF8'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The seals of one month.

    Args:
        partition: table of the month.
        there: whether it is there still; an old one may have been taken away as a whole.
        seals: how many there are.
        events: how many events they cover.
        head: what the last one says, in hexadecimal digits; empty without seals.
    """

    partition: str
    there: bool
    seals: int
    events: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSeal:
    """The first seal of a month that its events, or the seal before it, do not make."""

    partition: str
    place: int
    said: str

    @property
    def line(self) -> str:
        """What is wrong, in one line."""
        return f"{self.partition}: seal {self.place} is broken: {self.said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What was found broken; where nothing was, how many events were sealed, and all chains."""

    broken: tuple[BrokenSeal, ...]
    events: int
    chains: tuple[Chain, ...]


def verify_seals(target: Target, progress: Progress = silent) -> Sealed:
    """Compute every seal anew, and change nothing.

    Raises:
        BadInput: the database has no audit.
    """
    with reading(target, statement_timeout_s=_TIMEOUT_S) as connection:
        require_audit(connection)
        broken = tuple(_broken(connection, progress))
        return Sealed(broken=broken, events=0, chains=_chains(connection))


def seal(target: Target, progress: Progress = silent) -> Sealed:
    """Seal the events whose transactions have all ended, unless an earlier seal is broken.

    Raises: as `verify_seals`.
    """
    with connect(target, application_name="b2bench (audit)") as connection:
        require_audit(connection)
        connection.execute("SELECT pg_advisory_lock(%s)", (_SEALING_LOCK,))
        broken, events = tuple(_broken(connection, progress)), 0
        if not broken:
            chains = [chain for chain in _chains(connection) if chain.there]
            events = sum(_seal(connection, chain.partition) for chain in chains)
        return Sealed(broken=broken, events=events, chains=_chains(connection))


def _broken(connection: psycopg.Connection, progress: Progress) -> Iterator[BrokenSeal]:
    sealed = [chain for chain in _chains(connection) if chain.seals and chain.there]
    for done, chain in enumerate(sealed):
        progress(f"seals of {chain.partition}", done=done, total=len(sealed))
        row = connection.execute(_of_month("verify", chain.partition)).fetchone()
        if row is not None:
            place, said = row
            yield BrokenSeal(partition=chain.partition, place=place, said=said)


def _seal(connection: psycopg.Connection, partition: str) -> int:
    row = connection.execute(_of_month("seal", partition)).fetchone()
    return int(row[0]) if row else 0


def _of_month(name: str, partition: str) -> sql.Composed:
    return sql.SQL(statement(name)).format(
        name=partition, partition=sql.Identifier(_SCHEMA, partition), digest=_DIGEST
    )


def _chains(connection: psycopg.Connection) -> tuple[Chain, ...]:
    with connection.cursor(row_factory=class_row(Chain)) as cursor:
        return tuple(cursor.execute(statement("chains").encode()).fetchall())
