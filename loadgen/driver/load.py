"""One load from its first connection to its last answer."""

import gc
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import NoReturn

from gevent.event import Event

from b2bench.arguments import ArgumentSource
from b2bench.errors import B2benchError, BadInput, RunFailed
from b2bench.queries import QueryClass
from b2bench.runs import Phase, RunPlan
from b2bench.target import Target
from loadgen.driver.allotment import allot, shares
from loadgen.driver.clock import NS_PER_S, now_ns
from loadgen.driver.connection import Connection, Refused
from loadgen.driver.pacing import Arrivals, Pacing, Slots, ThinkTime
from loadgen.driver.program import Program
from loadgen.driver.recorder import Recorder
from loadgen.driver.supply import Supply, seed_of
from loadgen.driver.window import Window
from loadgen.driver.worker import Worker

_CONNECTING_S = 60.0
_INTERRUPTED_GRACE_S = 3.0
_ABANDONING_S = 5.0

Tick = Callable[["Load"], None]


class Load:
    """The users at work, when they begin and end, and what they saw.

    Args:
        plan: `users` of 0 means that Locust's page decides how many there are.
        tick: called each second, and once when the last answer is in.
    """

    def __init__(
        self,
        plan: RunPlan,
        *,
        queries: Mapping[str, QueryClass],
        source: ArgumentSource,
        target: Target,
        tick: Tick,
    ) -> None:
        self.plan = plan
        self.phase: Phase = "connecting"
        self.began_unix_s = time.time()
        self.window = Window(
            warmup_s=plan.warmup_s, duration_s=plan.duration_s, grace_s=plan.grace_s
        )
        self.programs = {name: Program(query) for name, query in queries.items()}
        self.recorder = Recorder(list(self.programs.values()), self.window)
        self.workers = set[Worker]()
        self._shares = shares(plan.scenarios)
        self._users = allot(plan.users, plan.scenarios) if plan.users else {}
        self._arrivals = self._open_model()
        self._source = source
        self._target = target
        self._tick = tick
        self._hired = 0
        self._ready = 0
        self._failure: B2benchError | None = None
        self._opened = Event()
        self._news = Event()
        self._next_tick_ns = now_ns()
        self._cpu_s = 0.0

    def _open_model(self) -> Arrivals | None:
        if self.plan.rate is None:
            return None
        seed = seed_of(self.plan.seed, "arrivals")
        return Arrivals(self.window, rate=self.plan.rate, shares=self._shares, seed=seed)

    # what a user's greenlet calls

    def employ(self, scenario: str, weights: Mapping[str, float]) -> None:
        """Be one user of a scenario, from connecting to the end of the load."""
        worker: Worker | None = None
        try:
            worker = self._hire(scenario, weights)
            self.workers.add(worker)
            worker.connection.open()
            self._ready += 1
            self._news.set()
            self._opened.wait()
            worker.work()
        except Refused as refusal:
            self._fail(RunFailed(f"a user cannot begin: {refusal.reason or refusal.sqlstate}"))
        except B2benchError as error:
            self._fail(error)
        finally:
            if worker is not None:
                worker.close()
                self.workers.discard(worker)
            self._news.set()

    def _hire(self, scenario: str, weights: Mapping[str, float]) -> Worker:
        self._hired += 1
        number = self._hired
        mine = {self.programs[name]: weights[name] for name in weights if name in self.programs}
        if not mine:
            raise BadInput(f"{scenario} runs none of the planned query classes")
        statements = {item.key: item.sql for program in mine for item in program.statements}
        return Worker(
            connection=Connection(
                self._target.conninfo,
                statements,
                role=self._target.role,
                is_prepared=self.plan.is_prepared,
            ),
            pacing=self._pacing(scenario, number),
            supply=Supply(mine, self._source, seed=self.plan.seed, user=number),
            recorder=self.recorder,
        )

    def _pacing(self, scenario: str, number: int) -> Pacing:
        if self._arrivals is not None:
            return Slots(self.window, self._arrivals, scenario)
        random = Random(seed_of(self.plan.seed, number, "think"))  # noqa: S311 (not a secret)
        return ThinkTime(self.window, think_s=self._think_s(scenario), random=random)

    def _think_s(self, scenario: str) -> float:
        """Return the scenario's mean pause.

        Users come in whole numbers, shares of the requests do not: the pause makes up for it,
        and its mean over all requests stays the planned one.
        """
        think_s = next(each.think_s for each in self.plan.scenarios if each.scenario == scenario)
        if not self._users:
            return think_s
        share_of_users = self._users[scenario] / self.plan.users
        return think_s * share_of_users / self._shares[scenario]

    def _fail(self, error: B2benchError) -> None:
        self._failure = self._failure or error
        self._news.set()

    # what the conductor's greenlet calls

    def conduct(self) -> None:
        """Wait for the users, let them work for the planned time, wait for their last answers.

        Raises:
            B2benchError: the users could not begin or go on.
        """
        self._gather()
        if self.phase != "interrupted":
            self.begin()
            self._measure()
        self._drain()
        self._abandon()
        if self._failure is not None:
            raise self._failure
        if self.phase != "interrupted":
            self.phase = "finished"
        self._tick(self)

    def accompany(self) -> NoReturn:
        """Write the seconds of a load whose end somebody else decides.

        Raises:
            B2benchError: a user could not begin or go on.
        """
        while self._failure is None:
            self._pause(now_ns() + NS_PER_S)
        raise self._failure

    def begin(self) -> None:
        """Let the users begin."""
        # what was made while starting lives to the end: the collector need not look at it
        gc.collect()
        gc.freeze()
        self.began_unix_s = time.time()
        self._cpu_s = time.process_time()
        self.phase = "warm-up"
        self._next_tick_ns = now_ns()
        self.window.open()
        self._opened.set()

    def interrupt(self) -> None:
        """End the load now; running requests may finish."""
        if self.phase in ("finished", "interrupted"):
            return
        self.phase = "interrupted"
        self.window.cut()
        self._opened.set()
        for worker in self.workers:
            worker.alarm.ring()
        self._news.set()

    def _gather(self) -> None:
        deadline_ns = now_ns() + round(_CONNECTING_S * NS_PER_S)
        while self._ready < self.plan.users and self.phase == "connecting" and not self._failure:
            if now_ns() > deadline_ns:
                raise RunFailed(
                    f"{self._ready} of {self.plan.users} sessions in {_CONNECTING_S:.0f} s:"
                    " is the server busy, or max_connections too low?"
                )
            self._pause(deadline_ns)
        if self._failure is not None:
            raise self._failure

    def _measure(self) -> None:
        while now_ns() < self.window.measure_ns and self._goes_on:
            self._pause(self.window.measure_ns)
        if self._goes_on:
            self.phase = "measuring"
            self._next_tick_ns = now_ns()
            self._cpu_s = time.process_time()
        while now_ns() < self.window.end_ns and self._goes_on:
            self._pause(self.window.end_ns)
        self._cpu_s = time.process_time() - self._cpu_s

    @property
    def _goes_on(self) -> bool:
        return self._failure is None and self.phase != "interrupted"

    def _drain(self) -> None:
        deadline_ns = self.window.give_up_ns
        if not self._goes_on:
            deadline_ns = now_ns() + round(_INTERRUPTED_GRACE_S * NS_PER_S)
        while self.workers and now_ns() < deadline_ns:
            self._pause(deadline_ns)

    def _abandon(self) -> None:
        deadline_ns = now_ns() + round(_ABANDONING_S * NS_PER_S)
        while self.workers and now_ns() < deadline_ns:
            for worker in list(self.workers):
                worker.abandon()
            self._pause(deadline_ns)
        for worker in self.workers:
            if worker.is_busy:
                self.recorder.leave(worker.intended_ns)

    def _pause(self, deadline_ns: int) -> None:
        """Wait for news, the next second or the deadline; let each second be written once."""
        until_ns = min(deadline_ns, self._next_tick_ns)
        self._news.clear()
        self._news.wait(max(0, until_ns - now_ns()) / NS_PER_S)
        if now_ns() >= self._next_tick_ns:
            self._next_tick_ns = now_ns() + NS_PER_S
            self._tick(self)

    @property
    def skipped(self) -> int:
        """Requests of the open model that were due and that nobody began."""
        return self._arrivals.untaken() if self._arrivals is not None else 0

    @property
    def client_cpu_share(self) -> float:
        """CPU seconds of this process per second of the measurement."""
        return self._cpu_s / self.window.measured_s if self.window.measured_s else 0.0
