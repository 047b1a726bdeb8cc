"""A matrix with plausible figures: the pool helps with many users, and only with them."""

from collections.abc import Iterator

from b2bench.findings import Finding
from reports.poolers import PoolerSample, PoolersRecord, Route, routes
from tests.reports.sample_run import DATA_SET, PROVENANCE, latency

USERS = (10, 500)
_MIB = 1024 * 1024
_NOISE = (1.0, 0.96, 1.05)


def sample(
    route: Route, users: int, number: int = 0, *, findings: tuple[Finding, ...] = ()
) -> PoolerSample:
    """Return one run; the pooled ones are a third faster with 500 users, and equal with 10."""
    pooled = route.via == "pgbouncer"
    crowded = users > 100
    noise = _NOISE[number]
    backends = min(users, 20) if pooled else users
    rate = (600 if pooled else 450) if crowded else 10
    return PoolerSample(
        run=f"{users}-{route.name}-{number + 1}",
        route=route,
        users=users,
        measured_s=10.0,
        completed=round(rate * 10 * noise),
        failed=0,
        response=latency(rate * 10, round((400_000 if crowded else 3_000) / noise)),
        backends=backends,
        backend_memory_bytes=backends * (5 if route.is_prepared else 3) * _MIB,
        pooler_memory_bytes=2 * _MIB if pooled else None,
        connect_ms=tuple((3.0 if pooled else 9.0) + place / 10 for place in range(20)),
        client_cpu_share=0.3,
        findings=findings,
    )


def record(*, prepares: bool = False, findings: tuple[Finding, ...] = ()) -> PoolersRecord:
    """Return a finished matrix of three rounds."""
    return PoolersRecord(
        name="20250601T120000Z-mixed-poolers",
        workload="mixed",
        target="host=127.0.0.1 port=5432 dbname=b2b",
        pgbouncer=f"PgBouncer 1.{22 if prepares else 18}.0",
        pool_size=20,
        routes=routes(prepares=prepares),
        users=USERS,
        rounds=3,
        duration_s=10,
        warmup_s=3,
        think_s=0.5,
        samples=tuple(_samples(prepares=prepares)),
        findings=findings,
        provenance=PROVENANCE,
        data_set=DATA_SET,
    )


def _samples(*, prepares: bool) -> Iterator[PoolerSample]:
    for number in range(3):
        for users in USERS:
            for route in routes(prepares=prepares):
                yield sample(route, users, number)
