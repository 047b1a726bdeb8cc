"""Which plan the server would choose for each step of each query class, and when that changed."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import psycopg
from prometheus_client.metrics_core import Metric as Family

from b2bench.errors import B2benchError
from exporters.families import family
from exporters.metric import Metric

PLAN_INFO = Metric(
    name="bench_request_plan_info",
    kind="info",
    help="The plan that the server would choose for a step: a fingerprint of its shape, 1",
    labels=("request", "step", "plan"),
    source="EXPLAIN of the query file",
)
PLAN_CHANGES = Metric(
    name="bench_request_plan_changes_total",
    kind="counter",
    help="How often the plan of a request's step became another one, since the exporter began",
    labels=("request", "step"),
    source="EXPLAIN of the query file",
)
PLAN_REFRESHED = Metric(
    name="bench_request_plans_refresh_timestamp_seconds",
    kind="gauge",
    help="When the plans were looked at last",
    unit="seconds",
    source="the exporter",
    reason="until all were looked at once",
)
METRICS = (PLAN_INFO, PLAN_CHANGES, PLAN_REFRESHED)
NAME = "bench_plans"
# of one processor, at most, while plans are looked up
_SHARE_OF_TIME = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """The plan of one step of a query class: a fingerprint of its shape, without numbers."""

    request: str
    step: str
    plan: str


PlanSource = Callable[[], Iterable[StepPlan]]


class PlanWatcher:
    """Looks at the plans in the background, one after another, and counts changes.

    Args:
        source: yields the plans of all steps, slowly: it is asked in a thread of its own.
        every_s: from the end of one look to the beginning of the next.
    """

    name = NAME
    metrics = METRICS

    def __init__(self, source: PlanSource | None, every_s: float) -> None:
        self._source = source
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)
        self._plans = dict[tuple[str, str], str]()
        self._changes = dict[tuple[str, str], int]()
        self._refreshed_s: float | None = None
        self.is_up = True

    def start(self) -> None:
        """Begin to look, where there is something to look at."""
        if self._source is not None:
            self._thread.start()

    def stop(self) -> None:
        """End after the look that is under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self.look()
                self._stop.wait(self._every_s)
        finally:
            # ended by a bug, of which the thread's traceback tells: plans must not look fresh
            self.is_up = self._stop.is_set()

    def look(self) -> None:
        """Ask for every plan once, and count those that have changed."""
        if self._source is None:
            return
        try:
            for found in self._unhurried(self._source()):
                self._note(found)
        except (B2benchError, psycopg.Error):
            self.is_up = False
            return
        self._refreshed_s, self.is_up = time.time(), True

    def _unhurried(self, found: Iterable[StepPlan]) -> Iterator[StepPlan]:
        """Pause after each plan for many times what it took, so that planning costs little."""
        begin_s = time.monotonic()
        for each in found:
            took_s = time.monotonic() - begin_s
            yield each
            if self._stop.wait(took_s / _SHARE_OF_TIME):
                return
            begin_s = time.monotonic()

    def _note(self, found: StepPlan) -> None:
        key = (found.request, found.step)
        changed = self._plans.get(key, found.plan) != found.plan
        self._changes[key] = self._changes.get(key, 0) + changed
        self._plans[key] = found.plan

    def families(self) -> Iterator[Family]:
        """Yield what the last looks found."""
        plans, changes = dict(self._plans), dict(self._changes)
        yield family(PLAN_INFO, [((*key, plan), 1.0) for key, plan in plans.items()])
        yield family(PLAN_CHANGES, [(key, float(count)) for key, count in changes.items()])
        if self._refreshed_s is not None:
            yield family(PLAN_REFRESHED, [((), self._refreshed_s)])
