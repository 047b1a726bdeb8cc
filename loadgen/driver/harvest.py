"""What one process of a load saw since the last time: it travels to where all is counted."""

from dataclasses import dataclass

import numpy as np

from loadgen.driver.histogram import Microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that brought nothing; instants count from the start of the measurement."""

    intended_ns: int
    ended_ns: int
    sqlstate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A transaction that was begun anew, and why."""

    intended_ns: int
    sqlstate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryHarvest:
    """What came to an end of one query class, warm-up included.

    Args:
        rows: intended start, sending and answer of each completed request as three int64 values,
            nanoseconds from the start of the measurement.
        executions: how often each step was run to its end.
    """

    query: str
    rows: bytes
    failures: tuple[Failure, ...] = ()
    restarts: tuple[Restart, ...] = ()
    executions: dict[str, int]

    def instants(self) -> tuple[Microseconds, Microseconds, Microseconds]:
        """Return intended starts, sendings and answers, in nanoseconds."""
        intended, sent, done = np.frombuffer(self.rows, dtype=np.int64).reshape(-1, 3).T
        return intended, sent, done


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one process saw since the last time, measurement only but for the query classes.

    Args:
        users: at work now.
        begun: requests that were begun.
        skipped: requests of the open model that were due and that nobody began.
        cpu_s: of this process, since the last harvest of the measurement; 0 outside it.
        elapsed_s: since then; 0 outside the measurement.
        loop_lag_us: how late the event loop woke a sleeper, each time.
    """

    queries: tuple[QueryHarvest, ...]
    users: int
    begun: int
    unfinished: int
    skipped: int
    late: int
    reconnects: int
    cpu_s: float
    elapsed_s: float
    loop_lag_us: tuple[int, ...]
