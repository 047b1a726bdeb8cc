"""All checks of one server and one of its databases, and the verdict."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import psycopg

from b2bench.figures.notation import counted
from b2bench.findings import ExitCode, Finding, Severity, exit_code
from reports.health import indexes, measuring, replication, sequences, server, sessions, tables
from reports.health.checks import Check, State, unseen
from reports.health.sight import NotSeen, Sight
from reports.health.slow_log import Names, slow_log
from reports.health.thresholds import Thresholds

HEALTH_VERSION = 1

Look = Callable[[Sight, Thresholds], Iterable[Check]]

_AREAS: Mapping[str, Mapping[str, Look]] = {
    "server": {
        "server": server.server,
        "connections": server.connections,
        "safe settings": measuring.settings,
        "cache hits": server.cache,
        "checkpoints": server.checkpoints,
        "temporary files": server.temp_files,
        "transaction ids": server.ages,
    },
    "sessions": {
        "open transactions": sessions.transactions,
        "prepared transactions": sessions.prepared,
        "blocked sessions": sessions.blocked,
        "deadlocks": server.deadlocks,
    },
    "tables and indexes": {
        "dead rows": tables.dead_rows,
        "bloat of tables": tables.table_bloat,
        "bloat of indexes": tables.index_bloat,
        "indexes": indexes.indexes,
        "sequences": sequences.sequences,
    },
    "replication": {
        "standbys": replication.standbys,
        "replication slots": replication.slots,
        "own replay": replication.replay,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Checks that belong together."""

    name: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was looked at, when (by the server's clock), as whom, and what was found."""

    health_version: int = HEALTH_VERSION
    target: str
    database: str
    role: str
    at: datetime
    areas: tuple[Area, ...]
    verdict: str

    @property
    def exit_code(self) -> ExitCode:
        """0 or 1: warnings are said, errors are wrong."""
        return exit_code(findings(self.areas))


def take_health(
    connection: psycopg.Connection,
    *,
    target: str,
    thresholds: Thresholds,
    since_s: float,
    names: Callable[[], Names],
) -> Health:
    """Look at everything once; nothing is changed, and what may not be seen is said.

    Args:
        connection: a reading session in autocommit mode, in the database to be looked at.
        target: where it is, without a password.
        thresholds: what is too much.
        since_s: how far back the slow log is read.
        names: gives the names of statements, if there are slow ones.
    """
    sight = Sight(connection)
    statements: Mapping[str, Look] = {
        "pg_stat_statements": measuring.statements,
        "slow log": partial(slow_log, since_s=since_s, names=names),
    }
    areas = tuple(
        Area(name=name, checks=tuple(_checks(sight, thresholds, looks)))
        for name, looks in {**_AREAS, "statements": statements}.items()
    )
    return Health(
        target=target,
        database=sight.role.database,
        role=sight.role.role,
        at=sight.role.at.astimezone(UTC),
        areas=areas,
        verdict=verdict(areas),
    )


def _checks(sight: Sight, thresholds: Thresholds, looks: Mapping[str, Look]) -> Iterator[Check]:
    for name, look in looks.items():
        try:
            yield from look(sight, thresholds)
        except NotSeen as error:
            yield unseen(name, str(error))


def findings(areas: Iterable[Area]) -> Iterator[Finding]:
    """Yield everything that was found."""
    for area in areas:
        for each in area.checks:
            yield from each.findings


def verdict(areas: Iterable[Area]) -> str:
    """Return in one line how it stands."""
    kept = tuple(areas)
    found = list(findings(kept))
    checks = [each for area in kept for each in area.checks]
    counts = [
        counted(count, severity)
        for severity in (Severity.ERROR, Severity.WARNING)
        if (count := sum(each.severity is severity for each in found))
    ]
    wrong = exit_code(found) is not ExitCode.FINE
    said = ", ".join(("something is wrong" if wrong else "nothing is wrong", *counts))
    hidden = sum(each.state is State.UNSEEN for each in checks)
    return said + (f"; {hidden} of {counted(len(checks), 'check')} not seen" if hidden else "")
