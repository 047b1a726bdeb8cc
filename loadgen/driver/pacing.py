"""When requests are due: users who pause between them, or arrivals that wait for nobody."""

from collections import deque
from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol

from b2bench.runs import Arrival
from loadgen.driver.clock import NS_PER_S, Alarm, now_ns
from loadgen.driver.window import Window


class Pacing(Protocol):
    """Tells one user when its next request is due."""

    def wait(self, alarm: Alarm) -> int | None:
        """Sleep until the next request is due; return the intended instant, `None` at the end."""


class ThinkTime:
    """The closed model: a user pauses after each answer, for exponentially distributed times.

    Args:
        think_s: for each stage, the mean pause.
        at_work: for each stage, whether the user takes part in it.
    """

    def __init__(
        self,
        window: Window,
        *,
        think_s: Sequence[float],
        random: Random,
        at_work: Sequence[bool] = (True,),
    ) -> None:
        self._window = window
        self._think_ns = [mean_s * NS_PER_S for mean_s in think_s]
        self._random = random
        self._at_work = tuple(at_work)
        self._is_tight = not any(think_s) and all(at_work)

    def wait(self, alarm: Alarm) -> int | None:
        """Think; the intended start is the instant at which the thinking was to end."""
        if self._is_tight:
            intended_ns = now_ns()
            return intended_ns if intended_ns < self._window.end_ns else None
        due_ns = self._next_ns()
        if due_ns is None:
            return None
        if due_ns < self._window.end_ns:
            alarm.sleep_until(due_ns)
        # the end may have come nearer in the meantime
        return due_ns if due_ns < self._window.end_ns else None

    def _next_ns(self) -> int | None:
        at_ns = now_ns()
        intended_ns = at_ns + self._pause_ns(self._window.stage_at(at_ns))
        stage = self._window.stage_at(intended_ns)
        if self._at_work[stage]:
            return intended_ns
        for later in range(stage + 1, len(self._at_work)):
            if self._at_work[later]:
                # whoever comes back begins with a pause, or all would come at one instant
                return self._window.stage_begin_ns(later) + self._pause_ns(later)
        return None

    def _pause_ns(self, stage: int) -> int:
        mean_ns = self._think_ns[stage]
        return round(self._random.expovariate(1) * mean_ns) if mean_ns else 0


class Arrivals:
    """The open model: one process of requests, each for one of the scenarios.

    Args:
        window: its stages say how many requests per second there are over all users.
        shares: each scenario's share of the requests; less than 1 together where other processes
            make the rest.
        spacing: `poisson` (exponential gaps) or `regular` (equal gaps).
        max_lag_s: a request that would begin later than this is skipped, if it is given.
        phase: where in its first gap a regular process begins, from 0 to 1.
    """

    def __init__(
        self,
        window: Window,
        *,
        shares: Mapping[str, float],
        seed: int,
        spacing: Arrival = "poisson",
        max_lag_s: float | None = None,
        phase: float = 1.0,
    ) -> None:
        self.late = 0
        self.skipped = 0
        self._window = window
        own = sum(shares.values())
        self._gaps_ns = [
            NS_PER_S / (stage.rate * own) if stage.rate else 0.0 for stage in window.stages
        ]
        self._max_lag_ns = None if max_lag_s is None else round(max_lag_s * NS_PER_S)
        self._is_poisson = spacing == "poisson"
        self._first = phase
        self._random = Random(seed)  # noqa: S311 (a schedule, not a secret)
        self._scenarios = tuple(shares)
        self._weights = tuple(shares.values())
        self._latest_ns: float | None = None
        self._due: dict[str, deque[int]] = {scenario: deque() for scenario in shares}

    def take(self, scenario: str) -> int:
        """Return the instant of the scenario's next request; it may lie in the past."""
        due_ns = self._next(scenario)
        lag_ns = now_ns() - due_ns
        while self._max_lag_ns is not None and lag_ns > self._max_lag_ns:
            self.skipped += self._window.measures(due_ns)
            due_ns = self._next(scenario)
            lag_ns = now_ns() - due_ns
        if lag_ns > 0:
            self.late += self._window.measures(due_ns)
        return due_ns

    def untaken(self) -> int:
        """Return how many requests of the measurement nobody has begun."""
        while self._latest_ns is None or self._latest_ns < self._window.end_ns:
            self._schedule_one()
        return sum(self._window.measures(due) for queue in self._due.values() for due in queue)

    def _next(self, scenario: str) -> int:
        while not self._due[scenario]:
            self._schedule_one()
        return self._due[scenario].popleft()

    def _schedule_one(self) -> None:
        if self._latest_ns is None:
            gap = self._first if not self._is_poisson else self._random.expovariate(1)
            self._latest_ns = self._after(self._window.begin_ns, gap)
        else:
            gap = self._random.expovariate(1) if self._is_poisson else 1.0
            self._latest_ns = self._after(self._latest_ns, gap)
        (scenario,) = self._random.choices(self._scenarios, self._weights)
        self._due[scenario].append(round(self._latest_ns))

    def _after(self, instant_ns: float, gap: float) -> float:
        """Return the instant that lies some mean gaps later, each stage having gaps of its own."""
        while True:
            stage = self._window.stage_at(instant_ns)
            end_ns = self._window.stage_end_ns(stage)
            length_ns = self._gaps_ns[stage]
            if instant_ns + gap * length_ns <= end_ns:
                return instant_ns + gap * length_ns
            gap -= (end_ns - instant_ns) / length_ns
            instant_ns = end_ns


class Slots:
    """The open model as one user sees it: it takes its scenario's next arrival, late or not."""

    def __init__(self, window: Window, arrivals: Arrivals, scenario: str) -> None:
        self._window = window
        self._arrivals = arrivals
        self._scenario = scenario

    def wait(self, alarm: Alarm) -> int | None:
        """Wait for the arrival; one that is already late is due at once."""
        if now_ns() >= self._window.give_up_ns:
            return None
        intended_ns = self._arrivals.take(self._scenario)
        if intended_ns < self._window.end_ns:
            alarm.sleep_until(intended_ns)
        return intended_ns if intended_ns < self._window.end_ns else None
