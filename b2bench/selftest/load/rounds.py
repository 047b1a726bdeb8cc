"""Rounds of the same loads: ours and pgbench's in turn, calm and with a lock in the middle."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

import numpy as np

from b2bench.clones import scratch
from b2bench.database import connect
from b2bench.errors import RunFailed
from b2bench.progress import Progress, prefixed, silent
from b2bench.selftest.load.driven import Driven, drive, due_s, open_plan, saturating_plan
from b2bench.selftest.load.lock import Held, TableLock, table_lock
from b2bench.selftest.load.peer import Observed, observe
from b2bench.selftest.load.processors import watched
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Seconds, Stall, simulate
from b2bench.target import Target

T = TypeVar("T")
S = TypeVar("S")
L_co = TypeVar("L_co", covariant=True)

_TABLE = "stalled"
_CREATE = (
    "CREATE TABLE stalled (id bigint PRIMARY KEY, label text NOT NULL)",
    "INSERT INTO stalled SELECT id, 'label ' || id FROM generate_series(1, 1000) AS id",
    "VACUUM ANALYZE stalled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What the queue of the simulation answered, warm-up excluded.

    Args:
        due_s: from the start of the measurement.
    """

    due_s: Seconds
    response_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """All loads of one round.

    Args:
        capacity_per_s: requests per second when every session asks again at once.
        busy_share: of the processors' time, in both calm loads.
        held: the lock in our stalled load.
        stall: the same, in seconds of its measurement.
    """

    capacity_per_s: float
    busy_share: float
    calm: Driven
    calm_peer: Observed
    stalled: Driven
    stalled_peer: Observed
    held: Held
    stall: Stall
    simulated: Simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """Where the loads of one round run."""

    target: Target
    pgbench: Path
    setup: Setup
    seed: int
    progress: Progress

    def folder(self) -> "TemporaryDirectory[str]":
        return TemporaryDirectory(prefix="b2bench-")

    def drive(self, what: str, *, measured_s: float, lock: TableLock | None = None) -> Driven:
        """Put the open model's load on the table; the lock falls into its measurement."""
        plan = open_plan(self.setup, seed=self.seed, measured_s=measured_s)

        def follow(phase: str, *, done: int = 0, total: int | None = None) -> None:
            if lock is not None and phase != "connecting":
                lock.take_in(max(0, self.setup.warmup_s + self.setup.lock_at_s - done))
            self.progress(what, done=done, total=total)

        with self.folder() as folder:
            return drive(self.target, plan, Path(folder), follow)

    def saturate(self) -> float:
        """Return requests per second when every session asks again at once."""
        self.progress("highest rate")
        plan = saturating_plan(self.setup, seed=self.seed)
        with self.folder() as folder:
            result = drive(self.target, plan, Path(folder)).result
        return result.completed / result.measured_s

    def observe(self, what: str, *, measured_s: float, lock: TableLock | None = None) -> Observed:
        """Let pgbench put the same load on the table."""
        self.progress(what)

        def begun() -> None:
            if lock is not None:
                lock.take_in(self.setup.warmup_s + self.setup.lock_at_s)

        with self.folder() as folder:
            return observe(
                self.pgbench,
                self.target,
                self.setup,
                Path(folder),
                seed=self.seed,
                measured_s=measured_s,
                begun=begun,
            )


def play(
    server: Target, pgbench: Path, setup: Setup, progress: Progress = silent
) -> tuple[Round, ...]:
    """Play all rounds in a database of their own, which is dropped afterwards.

    Args:
        server: any database of the server; nothing in it is touched.
        pgbench: the program.
        setup: the load, and how often.
        progress: told which load of which round is running.

    Raises:
        StatementFailed: the user may not create databases.
        RunFailed: a load did not run to its end.
    """
    with scratch(server, "selftest") as target:
        with connect(target) as connection:
            for statement in _CREATE:
                connection.execute(statement)
        return tuple(
            _round(target, pgbench, setup, number, progress) for number in range(setup.rounds)
        )


def _round(target: Target, pgbench: Path, setup: Setup, number: int, progress: Progress) -> Round:
    say = prefixed(progress, f"round {number + 1} of {setup.rounds}")
    # arrivals differ from round to round, and are the same when the selftest is run again
    seed = setup.seed + number
    bench = _Bench(target=target, pgbench=pgbench, setup=setup, seed=seed, progress=say)
    capacity_per_s = bench.saturate()
    with watched() as busy:
        calm, calm_peer = _in_turn(
            lambda: bench.drive("calm", measured_s=setup.calm_s),
            lambda: bench.observe("pgbench, calm", measured_s=setup.calm_s),
            number,
        )
    (stalled, held), (stalled_peer, _) = _in_turn(
        lambda: _with_lock(bench, bench.drive, "with a lock"),
        lambda: _with_lock(bench, bench.observe, "pgbench, with a lock"),
        number,
    )
    begun_s = stalled.result.started_unix_s + stalled.plan.warmup_s
    stall = Stall(begin_s=held.granted_unix_s - begun_s, end_s=held.released_unix_s - begun_s)
    return Round(
        capacity_per_s=capacity_per_s,
        busy_share=busy.share,
        calm=calm,
        calm_peer=calm_peer,
        stalled=stalled,
        stalled_peer=stalled_peer,
        held=held,
        stall=stall,
        simulated=_simulated(stalled, calm.service_s, stall, capacity_per_s),
    )


def _in_turn(ours: Callable[[], T], peers: Callable[[], S], number: int) -> tuple[T, S]:
    """Do both, every second round the peer's first."""
    if number % 2:
        observed = peers()
        return ours(), observed
    return ours(), peers()


class _Putting(Protocol[L_co]):
    """Puts a load on the table, in which the lock is taken."""

    def __call__(self, what: str, *, measured_s: float, lock: TableLock | None) -> L_co: ...


def _with_lock(bench: _Bench, put: _Putting[T], what: str) -> tuple[T, Held]:
    with table_lock(bench.target, _TABLE, bench.setup.hold_s) as lock:
        load = put(what, measured_s=bench.setup.measured_s, lock=lock)
        return load, lock.result()


def _simulated(
    stalled: Driven, service_s: Seconds, stall: Stall, capacity_per_s: float
) -> Simulated:
    """Send the run's own arrivals through a queue with the run's own service times.

    Raises:
        RunFailed: the arrivals are not those of the run.
    """
    due = due_s(stalled.plan) - stalled.plan.warmup_s
    response_s = simulate(
        due,
        np.random.default_rng(stalled.plan.seed).choice(service_s, size=len(due)),
        sessions=stalled.plan.users,
        capacity_per_s=capacity_per_s,
        stall=stall,
    )
    measured = due >= 0
    if measured.sum() != stalled.result.offered:
        raise RunFailed(
            f"the run offered {stalled.result.offered} requests and the simulation"
            f" {measured.sum()}: a bug in b2bench, please report it"
        )
    return Simulated(due_s=due[measured], response_s=response_s[measured])
