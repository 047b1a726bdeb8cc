"""What a run's client counted, beside what the exporter joined to it; and whether sums hold."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from b2bench.database import connect
from b2bench.records import read_record
from b2bench.runs import RECORD_FILE, RunRecord
from b2bench.target import Target
from tests.benchmarks.laboratory import Laboratory, Line
from tests.commands.calling import COMMAND, environment, exporting
from tests.exporters.exporters import scraped
from tests.exporters.join import Joined, Series, falls, imbalance, joined_calls
from tests.postgres import new_database

_DURATION_S = 20
_MOST = 0.01
_CHURN_S = 20
_PAUSE_S = 0.5


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield the join of a run of 20 s, then what a server does to the sums that forgets."""
    target, _ = laboratory.filled("tiny")
    with (
        TemporaryDirectory(prefix="b2bench-") as folder,
        new_database(laboratory.server) as other,
        exporting(target, Path(folder)) as url,
    ):
        with _churning(other, forget=False):
            scrapes, joined = _ran(target, Path(folder), url)
        yield from _join_lines(joined)
        yield from _sum_lines("beside the run", scrapes)
        with _churning(other, forget=True):
            scrapes = _scrapes_until(url, time.monotonic() + _CHURN_S)
        yield from _sum_lines("statements churn and are reset all the time", scrapes)


def _ran(target: Target, folder: Path, url: str) -> tuple[Sequence[Series], list[Joined]]:
    before = scraped(url)
    command = [*COMMAND, "run", "mixed", "--users", "5", "--think", "0", "--warm-up", "2s"]
    run = subprocess.Popen(
        [*command, "--duration", f"{_DURATION_S}s"],
        cwd=folder,
        env=environment(target, PYTHONPATH=str(Path.cwd())),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    scrapes = [before]
    while run.poll() is None:
        scrapes.append(scraped(url))
        time.sleep(_PAUSE_S)
    scrapes.append(scraped(url))
    (path,) = folder.glob(f"runs/*/{RECORD_FILE}")
    record = read_record(path, RunRecord)
    return scrapes, list(joined_calls(before, scrapes[-1], record.plan, record.result))


def _scrapes_until(url: str, end_s: float) -> Sequence[Series]:
    scrapes = list[Series]()
    while time.monotonic() < end_s:
        scrapes.append(scraped(url))
    return scrapes


def _join_lines(joined: list[Joined]) -> Iterator[Line]:
    client, server = sum(each.client for each in joined), sum(each.server for each in joined)
    off = [each for each in joined if abs(each.server - each.client) > _MOST * each.client]
    yield Line(
        what=f"executions of {len(joined)} statements, client's ÷ exporter's",
        measured=f"{client:,} ÷ {server:,.0f}",
    )
    yield Line(
        what="  statements that differ by more than 1 %",
        measured=f"{len(off)} {' '.join(each.request for each in off)}".strip(),
        wanted="none",
        met=bool(joined) and not off,
    )


def _sum_lines(when: str, scrapes: Sequence[Series]) -> Iterator[Line]:
    fell = {name for pair in pairwise(scrapes) for name in falls(*pair)}
    resets = len({series["pg_stat_statements_reset_timestamp_seconds"] for series in scrapes})
    yield Line(
        what=f"{when}, {len(scrapes)} scrapes, {resets - 1} after a reset: counters that fell",
        measured=f"{len(fell)} {' '.join(sorted(fell)[:3])}".strip(),
        wanted="none",
        met=not fell,
    )
    off = max(imbalance(series) for series in scrapes)
    yield Line(
        what="  leaders and others less the total, calls",
        measured=f"{off:g}",
        wanted="0",
        met=off == 0,
    )


@contextmanager
def _churning(target: Target, *, forget: bool) -> Iterator[None]:
    """Execute ever other statements meanwhile; `forget` makes the server forget them all often."""
    done = threading.Event()
    thread = threading.Thread(target=_churn, args=(target, done.is_set, forget))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _churn(target: Target, is_done: Callable[[], bool], forget: bool) -> None:  # noqa: FBT001 (a thread's)
    with connect(target) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.prepare_threshold = None
        number = 0
        while not is_done():
            number = (number + 1) % 1_000
            connection.execute(("SELECT " + ", ".join(["1"] * (number + 1))).encode())
            if forget and number % 200 == 0:
                connection.execute("SELECT pg_stat_statements_reset()")
            time.sleep(0.002)
