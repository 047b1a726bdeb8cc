"""Our exporter beside Debian's, with 5,000 statements whose texts are 97 MB long."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from b2bench.database import capabilities, connect
from b2bench.target import Target
from tests.benchmarks.exporter.running import (
    DEBIAN,
    PEER_ROLE,
    Running,
    corrected_examples,
    ours,
    peers,
    roles,
    without_missing_views,
)
from tests.benchmarks.laboratory import Laboratory, Line, spread
from tests.exporters.exporters import ROLE
from tests.postgres import new_database

STATEMENTS = 5_000
_TEXT_BYTES = 19_400
_ROUNDS = 20
_MOST = {"scrape p50": 0.3, "exporter CPU": 0.1, "server time": 0.6, "series": 0.04}
_AIM = 0.1
_INTERVAL_S = 15
_BY_ROLE = """
SELECT sum(total_exec_time) / 1000, sum(temp_blks_written)::bigint
  FROM pg_stat_statements(false)
 WHERE userid = %s::regrole
"""


@dataclass(slots=True, kw_only=True)
class _Side:
    """What one exporter took, scrape by scrape."""

    running: Running
    cpu_before_s: float
    took_s: list[float] = field(default_factory=list)
    series: int = 0

    @classmethod
    def of(cls, running: Running) -> "_Side":
        running.scrape()
        return cls(running=running, cpu_before_s=running.cpu_s())

    def scrape(self) -> None:
        scrape = self.running.scrape()
        self.took_s.append(scrape.took_s)
        self.series = len(scrape.series)

    @property
    def cpu_s(self) -> float:
        return self.running.cpu_s() - self.cpu_before_s


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What a side took in all rounds; the server's time by its role."""

    p50_s: float
    cpu_s: float
    server_s: float
    temp_blocks: int
    series: int


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield times, series and temporary blocks of both, and the ratios."""
    if not DEBIAN.exists():
        yield Line(what="Debian's exporter", measured="not here: apt install " + DEBIAN.name)
        return
    with roles(laboratory.server), new_database(laboratory.server) as target:
        yield Line(what="texts of statements", measured=f"{_fill(target) / 1e6:.0f} MB")
        with connect(target) as connection:
            major = capabilities(connection).major
        examples = f"--extend.query-path={corrected_examples(major, laboratory.folder)}"
        options = without_missing_views(major)
        yield from _beside(target, "with its examples", (examples, *options), _ratios)
        # as it is installed it reads no statements: there we lose
        yield from _beside(target, "as installed, no statements", options, _losses)


def _fill(target: Target) -> int:
    """Execute statements that differ in the types of their columns; return the texts' bytes."""
    with connect(target) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute("SELECT pg_stat_statements_reset()")
        connection.prepare_threshold = None
        remark = "-" * _TEXT_BYTES
        for number in range(STATEMENTS):
            columns = ", ".join("true" if number >> bit & 1 else "1" for bit in range(13))
            connection.execute(f"SELECT {columns} /* {remark} */, 1".encode())
        row = connection.execute("SELECT sum(length(query)) FROM pg_stat_statements").fetchone()
    return int(row[0]) if row else 0


def _beside(
    target: Target,
    how: str,
    options: Sequence[str],
    compared: Callable[[_Figures, _Figures], Iterator[Line]],
) -> Iterator[Line]:
    """Yield what ours and Debian's with some options took, scraped in turn, and a comparison."""
    before = {role: _served(target, role) for role in (ROLE, PEER_ROLE)}
    with ExitStack() as stack:
        sides = {
            ROLE: _Side.of(stack.enter_context(ours(target))),
            PEER_ROLE: _Side.of(stack.enter_context(peers(target, *options))),
        }
        found = _measured(target, sides, {role: blocks for role, (_, blocks) in before.items()})
        yield from _lines("b2bench export", sides[ROLE], found[ROLE])
        yield from _lines(f"{DEBIAN.name}, {how}", sides[PEER_ROLE], found[PEER_ROLE])
        yield from compared(found[ROLE], found[PEER_ROLE])
        minute = _minute(sides)
        yield Line(
            what=f"processor of a minute, a scrape every {_INTERVAL_S} s, ours ÷ Debian's",
            measured=f"{minute[ROLE]:.2f} s ÷ {minute[PEER_ROLE]:.2f} s",
        )


def _minute(sides: Mapping[str, _Side]) -> dict[str, float]:
    """Return the processor time of each side when it is scraped as Prometheus does."""
    before = {role: side.cpu_s for role, side in sides.items()}
    for _ in range(60 // _INTERVAL_S):
        begin_s = time.monotonic()
        for side in sides.values():
            side.running.scrape()
        time.sleep(max(0.0, begin_s + _INTERVAL_S - time.monotonic()))
    return {role: side.cpu_s - before[role] for role, side in sides.items()}


def _measured(
    target: Target, sides: Mapping[str, _Side], blocks_before: Mapping[str, float]
) -> dict[str, _Figures]:
    """Scrape in turn, and return what each side took in all rounds; blocks since it was started."""
    before = {role: _served(target, role) for role in sides}
    for _ in range(_ROUNDS):
        for side in sides.values():
            side.scrape()
    found = {}
    for role, side in sides.items():
        cpu_s = side.cpu_s
        seconds, blocks = _served(target, role)
        found[role] = _Figures(
            p50_s=median(side.took_s),
            cpu_s=cpu_s,
            server_s=seconds - before[role][0],
            temp_blocks=int(blocks - blocks_before[role]),
            series=side.series,
        )
    return found


def _served(target: Target, role: str) -> tuple[float, float]:
    """Return the seconds that the server executed for a role, and temporary blocks written."""
    with connect(target) as connection:
        row = connection.execute(_BY_ROLE, (role,)).fetchone()
    return (float(row[0] or 0), float(row[1] or 0)) if row else (0.0, 0.0)


def _lines(name: str, side: _Side, found: _Figures) -> Iterator[Line]:
    yield Line(
        what=f"{name}, a scrape",
        measured=spread([took_s * 1000 for took_s in side.took_s], "ms"),
    )
    yield Line(
        what=f"  {found.series:,} series; processor, server, temporary blocks of {_ROUNDS} scrapes",
        measured=f"{found.cpu_s:.2f} s, {found.server_s:.2f} s, {found.temp_blocks:,}",
    )


def _ratios(mine: _Figures, theirs: _Figures) -> Iterator[Line]:
    ratios = {
        "scrape p50": mine.p50_s / theirs.p50_s,
        "exporter CPU": mine.cpu_s / theirs.cpu_s,
        "server time": mine.server_s / theirs.server_s,
        "series": mine.series / theirs.series,
    }
    for what, ratio in ratios.items():
        aim = f", the aim is {_AIM}" if what == "scrape p50" else ""
        yield Line(
            what=f"{what}, ours ÷ Debian's",
            measured=f"{ratio:.3f}",
            wanted=f"at most {_MOST[what]}{aim}",
            met=ratio <= _MOST[what],
        )
    yield Line(
        what="temporary blocks, ours",
        measured=f"{mine.temp_blocks:,}",
        wanted="none",
        met=mine.temp_blocks == 0,
    )


def _losses(mine: _Figures, theirs: _Figures) -> Iterator[Line]:
    yield Line(
        what="scrape p50, exporter CPU, server time, series, ours ÷ Debian's",
        measured=f"{mine.p50_s / theirs.p50_s:.1f}, {mine.cpu_s / max(theirs.cpu_s, 0.01):.1f}, "
        f"{mine.server_s / theirs.server_s:.1f}, {mine.series / theirs.series:.1f}",
    )
