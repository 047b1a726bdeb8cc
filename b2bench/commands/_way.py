"""The load's way to the database: straight, or through a PgBouncer of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from b2bench.cluster.pgbouncer import PgBouncer, pooled
from b2bench.findings import Finding, Severity
from b2bench.target import Target
from loadgen.driver.orders import DATA_DSN

THROUGH_POOLER = "through-pgbouncer"
POOLER_LOG = "pgbouncer.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the load comes to the database.

    Args:
        target: what the load connects to.
        is_prepared: whether statements are prepared once for each session.
        environment: what the load's process is told beside its orders.
        findings: what a reader of the run should know of it.
        pooler_pid: PgBouncer's process.
    """

    target: Target
    is_prepared: bool = True
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = ()
    pooler_pid: int | None = None


@contextmanager
def way_to(
    subject: Target, pgbouncer: PgBouncer | None, *, pool_size: int, users: int, folder: Path
) -> Iterator[Way]:
    """Give the way to a database, a PgBouncer on it if one is named; it is gone afterwards.

    Raises: as `pooled`.
    """
    if pgbouncer is None:
        yield Way(target=subject)
        return
    log = folder / POOLER_LOG
    with pooled(pgbouncer, subject, pool_size=pool_size, clients=users, log=log) as pooler:
        yield Way(
            target=pooler.target,
            is_prepared=pgbouncer.prepares,
            # a session that is set read-only would be handed on by the pooler
            environment={DATA_DSN: subject.conninfo},
            findings=(_told(pgbouncer, pool_size),),
            pooler_pid=pooler.pid,
        )


def _told(pgbouncer: PgBouncer, pool_size: int) -> Finding:
    way = (
        f"went through {pgbouncer.shown} in transaction mode, with {pool_size} sessions of the "
        "server at most"
    )
    unprepared = (
        "; this version cannot carry prepared statements, so they are not prepared: each "
        "execution is parsed and planned anew"
    )
    return Finding(
        code=THROUGH_POOLER,
        severity=Severity.NOTE,
        subject="the load",
        message=way if pgbouncer.prepares else way + unprepared,
        mend="" if pgbouncer.prepares else "PgBouncer 1.21 or newer carries them",
    )
