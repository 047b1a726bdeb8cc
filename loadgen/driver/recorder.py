"""What the users of one process see, written down cheaply and handed on by the batch."""

from array import array
from collections.abc import Iterable

import numpy as np

from loadgen.driver.harvest import Failure, Harvest, QueryHarvest, Restart
from loadgen.driver.program import Program
from loadgen.driver.window import Window


class QueryRecorder:
    """One query class, warm-up included.

    `completed((intended_ns, sent_ns, done_ns))` is all that a successful request costs.
    """

    def __init__(self, program: Program, window: Window) -> None:
        self.program = program
        self._window = window
        self._rows = array("q")
        self._failures = list[Failure]()
        self._restarts = list[Restart]()
        self._executions = dict(program.executions)
        self.completed = self._rows.extend

    def restarted(self, intended_ns: int, sqlstates: Iterable[str]) -> None:
        """Note that a transaction was begun anew, and why."""
        at_ns = intended_ns - self._window.measure_ns
        self._restarts += (Restart(intended_ns=at_ns, sqlstate=state) for state in sqlstates)

    def failed(self, intended_ns: int, ended_ns: int, sqlstate: str) -> None:
        """Note a request that brought nothing."""
        zero_ns = self._window.measure_ns
        self._failures.append(
            Failure(
                intended_ns=intended_ns - zero_ns, ended_ns=ended_ns - zero_ns, sqlstate=sqlstate
            )
        )

    def take(self) -> QueryHarvest:
        """Return what was noted since the last time."""
        rows = np.array(self._rows, dtype=np.int64) - self._window.measure_ns
        del self._rows[:]
        failures, self._failures = self._failures, []
        restarts, self._restarts = self._restarts, []
        before, self._executions = self._executions, dict(self.program.executions)
        return QueryHarvest(
            query=self.program.query.name,
            rows=rows.tobytes(),
            failures=tuple(failures),
            restarts=tuple(restarts),
            executions={step: count - before[step] for step, count in self._executions.items()},
        )


class Recorder:
    """All query classes of one process, and the requests that were begun or left unfinished."""

    def __init__(self, programs: Iterable[Program], window: Window) -> None:
        self.queries = {program.query.name: QueryRecorder(program, window) for program in programs}
        self.begun = 0
        self.unfinished = 0
        self.reconnects = 0
        self.loop_lag_us = array("q")
        self._window = window

    def begin(self, intended_ns: int) -> None:
        """Count a request as offered, if it belongs to the measurement."""
        window = self._window
        if window.measure_ns <= intended_ns < window.end_ns:
            self.begun += 1

    def leave(self, intended_ns: int) -> None:
        """Count a request that nobody waited for any longer."""
        if self._window.measures(intended_ns):
            self.unfinished += 1

    def take(
        self, *, users: int, skipped: int, late: int, cpu_s: float, elapsed_s: float
    ) -> Harvest:
        """Return what was noted since the last time.

        Args:
            users: at work now.
            skipped: since the last time.
            late: since the last time.
            cpu_s: of this process, since the last time of the measurement.
            elapsed_s: since then.
        """
        lags_us = tuple(self.loop_lag_us)
        del self.loop_lag_us[:]
        harvest = Harvest(
            queries=tuple(query.take() for query in self.queries.values()),
            users=users,
            begun=self.begun,
            unfinished=self.unfinished,
            skipped=skipped,
            late=late,
            reconnects=self.reconnects,
            cpu_s=cpu_s,
            elapsed_s=elapsed_s,
            loop_lag_us=lags_us,
        )
        self.begun = self.unfinished = self.reconnects = 0
        return harvest
