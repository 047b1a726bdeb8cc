"""The users of one process, from their first connection to their last answer."""

import gc
from collections import Counter, deque
from collections.abc import Callable, Mapping
from random import Random
from typing import NoReturn

import gevent
from gevent.event import Event

from b2bench.arguments import ArgumentSource
from b2bench.errors import B2benchError, BadInput, RunFailed
from b2bench.queries import QueryClass
from b2bench.runs import Phase, RunPlan
from b2bench.target import Target
from loadgen.driver.acting import session_roles
from loadgen.driver.allotment import allot, pauses_s
from loadgen.driver.clock import NS_PER_S, now_ns
from loadgen.driver.connection import Connection, Refused
from loadgen.driver.harvest import Harvest
from loadgen.driver.pacing import Arrivals, Pacing, Slots, ThinkTime
from loadgen.driver.program import Program
from loadgen.driver.pulse import Processor, Pulse
from loadgen.driver.recorder import Recorder
from loadgen.driver.roster import Roster
from loadgen.driver.supply import Supply, seed_of
from loadgen.driver.window import Window
from loadgen.driver.worker import Worker

_INTERRUPTED_GRACE_S = 3.0
_ABANDONING_S = 5.0

Tick = Callable[["Load"], None]


class Load:
    """The users at work, when they begin and end, and what they saw.

    Args:
        plan: `users` of 0 means that Locust's page decides how many there are.
        target: the database under load.
        replica: where query classes that only read go, if anywhere else.
        tick: called each second, and once when the last answer is in.
        index: of this process, from 0.
    """

    def __init__(
        self,
        plan: RunPlan,
        *,
        queries: Mapping[str, QueryClass],
        source: ArgumentSource,
        target: Target,
        tick: Tick,
        replica: Target | None = None,
        index: int = 0,
    ) -> None:
        self.plan = plan
        self.phase: Phase = "connecting"
        self.window = Window(warmup_s=plan.warmup_s, stages=plan.stages, grace_s=plan.grace_s)
        roles = session_roles(plan)
        self.programs = {name: Program(each, roles.get(name)) for name, each in queries.items()}
        self.recorder = Recorder(self.programs.values(), self.window)
        self.workers = set[Worker]()
        self.ready = Counter[str]()
        self._source = source
        self._target = target
        self._replica = replica
        self._tick = tick
        self._index = index
        self._hired = 0
        self._is_over = False
        self._pacing: _Pacings | None = None
        self._pulse = Pulse(self.recorder.loop_lag_us)
        self._processor: Processor | None = None
        self._failure: B2benchError | None = None
        self._opened = Event()
        self._news = Event()
        self._next_tick_ns = now_ns()

    # what a user's greenlet calls

    def employ(self, scenario: str, weights: Mapping[str, float]) -> None:
        """Be one user of a scenario, from connecting to the end of the load."""
        worker: Worker | None = None
        try:
            worker = self._hire(scenario, weights)
            self.workers.add(worker)
            worker.open()
            self.ready[scenario] += 1
            self._news.set()
            self._opened.wait()
            if self._pacing is not None:
                worker.work(self._pacing.of(scenario))
        except Refused as refusal:
            self._fail(RunFailed(f"a user cannot begin: {refusal.reason or refusal.sqlstate}"))
        except B2benchError as error:
            self._fail(error)
        except Exception as error:
            # a load with a user less than planned is another load
            self._fail(RunFailed(f"a user ended by a bug of b2bench: {error!r}"))
            raise
        finally:
            if worker is not None:
                worker.close()
                self.workers.discard(worker)
            self._news.set()

    def _hire(self, scenario: str, weights: Mapping[str, float]) -> Worker:
        # no two users draw the same, whichever process they are in
        number = self._hired * self.plan.processes + self._index + 1
        self._hired += 1
        mine = {self.programs[name]: weights[name] for name in weights if name in self.programs}
        if not mine:
            raise BadInput(f"{scenario} runs none of the planned query classes")
        elsewhere = [p for p in mine if self._replica is not None and not p.query.writes]
        here = [program for program in mine if program not in elsewhere]
        return Worker(
            connection=self._connection(self._target, here),
            replica=self._connection(self._replica, elsewhere) if self._replica else None,
            supply=Supply(mine, self._source, seed=self.plan.seed, user=number),
            recorder=self.recorder,
            random=Random(seed_of(self.plan.seed, number, "back off")),  # noqa: S311 (no secret)
        )

    def _connection(self, target: Target, programs: list[Program]) -> Connection:
        statements = {item.key: item.sql for program in programs for item in program.statements}
        return Connection(
            target.conninfo,
            statements,
            role=target.role,
            is_prepared=self.plan.is_prepared,
        )

    def _fail(self, error: B2benchError) -> None:
        self._failure = self._failure or error
        self._news.set()

    # what the conductor's greenlet calls

    def gather(self, deadline_ns: int | None, *, enough: Callable[[], bool]) -> None:
        """Wait until there are enough users, or the load is interrupted.

        Args:
            deadline_ns: when to give up; `None` leaves that to somebody else.
            enough: looked at whenever a user is ready, and each second.

        Raises:
            B2benchError: a user could not begin.
        """
        while not enough() and self.phase == "connecting" and not self._failure:
            if deadline_ns is not None and now_ns() > deadline_ns:
                raise RunFailed(
                    f"{self.ready.total()} of {self.plan.users} sessions were opened in time:"
                    " is the server busy, or max_connections too low?"
                )
            self.pause(self._next_tick_ns if deadline_ns is None else deadline_ns)
        if self._failure is not None:
            raise self._failure

    def conduct(self, roster: Roster, *, begin_ns: int | None = None) -> None:
        """Let the users work for the planned time, wait for their last answers.

        Raises:
            B2benchError: the users could not go on.
        """
        if self.phase != "interrupted":
            self.begin(roster, begin_ns=begin_ns)
            self._measure()
        self._drain()
        self._abandon()
        self._pulse.stop()
        if self._failure is not None:
            raise self._failure
        if self.phase != "interrupted":
            self.phase = "finished"
        self._is_over = True
        self._tick(self)

    def accompany(self) -> NoReturn:
        """Write the seconds of a load whose end somebody else decides.

        Raises:
            B2benchError: a user could not begin or go on.
        """
        while self._failure is None:
            self.pause(now_ns() + NS_PER_S)
        raise self._failure

    def begin(self, roster: Roster | None, *, begin_ns: int | None = None) -> None:
        """Let the users begin, now or at an instant; without a roster they are Locust's page's."""
        # what was made while starting lives to the end: the collector need not look at it
        gc.collect()
        gc.freeze()
        self.phase = "warm-up"
        self._next_tick_ns = now_ns()
        self.window.open(begin_ns)
        self._pacing = _Pacings(self.plan, self.window, roster)
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

    def harvest(self) -> Harvest:
        """Return what was seen since the last harvest."""
        skipped, late = self._pacing.unnoted() if self._pacing else (0, 0)
        if self._is_over and self._pacing:
            skipped += self._pacing.untaken()
        cpu_s, elapsed_s = self._processor.used() if self._processor else (0.0, 0.0)
        return self.recorder.take(
            users=len(self.workers),
            skipped=skipped,
            late=late,
            cpu_s=cpu_s,
            elapsed_s=elapsed_s,
        )

    def _measure(self) -> None:
        while now_ns() < self.window.measure_ns and self._goes_on:
            self.pause(self.window.measure_ns)
        if self._goes_on:
            self.phase = "measuring"
            self._next_tick_ns = now_ns() + NS_PER_S
            self._processor = Processor()
            gevent.spawn(self._pulse.beat)
        while now_ns() < self.window.end_ns and self._goes_on:
            self.pause(self.window.end_ns)
        # the last second may be a part of one
        self._tick(self)
        self._processor = None

    @property
    def _goes_on(self) -> bool:
        return self._failure is None and self.phase != "interrupted"

    def _drain(self) -> None:
        grace_ns = round(_INTERRUPTED_GRACE_S * NS_PER_S)
        while self.workers and self._goes_on and now_ns() < self.window.give_up_ns:
            self.pause(self.window.give_up_ns)
        deadline_ns = min(self.window.give_up_ns, now_ns()) + grace_ns
        while self.workers and not self._goes_on and now_ns() < deadline_ns:
            self.pause(deadline_ns)

    def _abandon(self) -> None:
        deadline_ns = now_ns() + round(_ABANDONING_S * NS_PER_S)
        # side by side: a server that does not listen is asked for two seconds each
        for worker in self.workers:
            gevent.spawn(worker.abandon)
        while self.workers and now_ns() < deadline_ns:
            self.pause(deadline_ns)
        for worker in self.workers:
            if worker.is_busy:
                self.recorder.leave(worker.intended_ns)

    def wake(self) -> None:
        """Let whoever waits in `gather` look again."""
        self._news.set()

    def pause(self, deadline_ns: int) -> None:
        """Wait for news, the next second or the deadline; let each second be written once."""
        until_ns = min(deadline_ns, self._next_tick_ns)
        self._news.clear()
        self._news.wait(max(0, until_ns - now_ns()) / NS_PER_S)
        if now_ns() >= self._next_tick_ns:
            self._next_tick_ns = now_ns() + NS_PER_S
            self._tick(self)


class _Pacings:
    """The pacing of every user of one process."""

    def __init__(self, plan: RunPlan, window: Window, roster: Roster | None) -> None:
        self._plan = plan
        self._window = window
        self._ranks = {name: deque(ranks) for name, ranks in roster.ranks.items()} if roster else {}
        self._by_stage = (
            [allot(stage.users, plan.scenarios) for stage in plan.stages] if roster else []
        )
        self._pauses_s = self._pauses()
        self._arrivals = self._open_model(roster) if roster and plan.rate else None
        self._noted = (0, 0)
        self._count = Counter[str]()
        self._index = (roster or Roster()).index

    def of(self, scenario: str) -> Pacing:
        """Return the pacing of the scenario's next user."""
        if self._arrivals is not None:
            return Slots(self._window, self._arrivals, scenario)
        number = self._count[scenario]
        self._count[scenario] += 1
        seed = seed_of(self._plan.seed, scenario, self._index, number, "think")
        return ThinkTime(
            self._window,
            think_s=[pauses_s[scenario] for pauses_s in self._pauses_s],
            random=Random(seed),  # noqa: S311 (not a secret)
            at_work=self._at_work(scenario),
        )

    def unnoted(self) -> tuple[int, int]:
        """Return how many requests were skipped and late since the last time."""
        if self._arrivals is None:
            return 0, 0
        before = self._noted
        self._noted = self._arrivals.skipped, self._arrivals.late
        return self._noted[0] - before[0], self._noted[1] - before[1]

    def untaken(self) -> int:
        """Return how many requests that were due nobody began; asked once, at the end."""
        return self._arrivals.untaken() if self._arrivals is not None else 0

    def _at_work(self, scenario: str) -> list[bool]:
        if not self._by_stage:
            return [True]
        rank = self._ranks[scenario].popleft()
        return [rank < users[scenario] for users in self._by_stage]

    def _pauses(self) -> list[Mapping[str, float]]:
        """Return each stage's pauses: few users play the scenarios in other proportions."""
        if not self._by_stage:
            return [{share.scenario: share.think_s for share in self._plan.scenarios}]
        return [pauses_s(users, self._plan.scenarios) for users in self._by_stage]

    def _open_model(self, roster: Roster) -> Arrivals:
        return Arrivals(
            self._window,
            shares=roster.shares(self._plan),
            seed=seed_of(self._plan.seed, "arrivals", roster.index),
            spacing=self._plan.arrivals,
            max_lag_s=self._plan.max_lag_s,
            phase=(roster.index + 1) / roster.processes,
        )
