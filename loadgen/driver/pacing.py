"""When requests are due: users who pause between them, or arrivals that wait for nobody."""

from collections import deque
from collections.abc import Mapping
from random import Random
from typing import Protocol

from loadgen.driver.clock import NS_PER_S, Alarm, now_ns
from loadgen.driver.window import Window


class Pacing(Protocol):
    """Tells one user when its next request is due."""

    def wait(self, alarm: Alarm) -> int | None:
        """Sleep until the next request is due; return the intended instant, `None` at the end."""


class ThinkTime:
    """The closed model: a user pauses after each answer, for exponentially distributed times."""

    def __init__(self, window: Window, *, think_s: float, random: Random) -> None:
        self._window = window
        self._think_ns = think_s * NS_PER_S
        self._random = random

    def wait(self, alarm: Alarm) -> int | None:
        """Think; the intended start is the instant at which the thinking was to end."""
        intended_ns = now_ns()
        if self._think_ns:
            intended_ns += round(self._random.expovariate(1) * self._think_ns)
        if intended_ns < self._window.end_ns:
            alarm.sleep_until(intended_ns)
        # the end may have come nearer in the meantime
        return intended_ns if intended_ns < self._window.end_ns else None


class Arrivals:
    """The open model: one Poisson process of requests, each for one of the scenarios.

    Args:
        rate: requests per second over all users.
        shares: each scenario's share of the requests.
    """

    def __init__(
        self, window: Window, *, rate: float, shares: Mapping[str, float], seed: int
    ) -> None:
        self._window = window
        self._gap_ns = NS_PER_S / rate
        self._random = Random(seed)  # noqa: S311 (a schedule, not a secret)
        self._scenarios = tuple(shares)
        self._weights = tuple(shares.values())
        self._latest_ns: float | None = None
        self._due: dict[str, deque[int]] = {scenario: deque() for scenario in shares}

    def take(self, scenario: str) -> int:
        """Return the instant of the scenario's next request; it may lie in the past."""
        while not self._due[scenario]:
            self._schedule_one()
        return self._due[scenario].popleft()

    def untaken(self) -> int:
        """Return how many requests of the measurement nobody has begun."""
        while self._latest_ns is None or self._latest_ns < self._window.end_ns:
            self._schedule_one()
        return sum(self._window.measures(due) for queue in self._due.values() for due in queue)

    def _schedule_one(self) -> None:
        if self._latest_ns is None:
            self._latest_ns = self._window.begin_ns
        self._latest_ns += self._random.expovariate(1) * self._gap_ns
        (scenario,) = self._random.choices(self._scenarios, self._weights)
        self._due[scenario].append(round(self._latest_ns))


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
