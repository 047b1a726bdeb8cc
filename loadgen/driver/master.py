"""A load that many processes make: one master keeps the books, Locust carries the messages."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import gevent
import msgspec
from gevent.event import AsyncResult, Event
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from b2bench.errors import B2benchError, RunFailed
from b2bench.records import from_json, to_json
from b2bench.runs import Phase, RunPlan
from loadgen.driver.clock import NS_PER_S, now_ns
from loadgen.driver.harvest import Harvest
from loadgen.driver.keeper import Keeper
from loadgen.driver.load import Load
from loadgen.driver.locust_stats import feed
from loadgen.driver.roster import Roster, divided
from loadgen.driver.window import Window

# what the processes tell each other; the plan is asked for, so that nobody misses it
HELLO, PLAN, READY = "b2bench-hello", "b2bench-plan", "b2bench-ready"
BEGIN, INTERRUPT = "b2bench-begin", "b2bench-interrupt"
HARVEST, OVER, FAILED = "b2bench-harvest", "b2bench-over", "b2bench-failed"
_HELLO_EVERY_S = 0.2
_LEAD_S = 0.5
_OVER_GRACE_S = 15.0

Listener = Callable[..., None]
# Locust's message: a type, plain data, the sender's name
_Message = Any


class Master:
    """Begins and ends the load of other processes, and counts what they saw."""

    def __init__(self, runner: MasterRunner, plan: RunPlan, keeper: Keeper) -> None:
        self.phase: Phase = "connecting"
        self._runner = runner
        self._plan = plan
        self._keeper = keeper
        self._window = Window(warmup_s=plan.warmup_s, stages=plan.stages, grace_s=plan.grace_s)
        self._ready: dict[str, Counter[str]] = {}
        self._over = set[str]()
        self._failure: B2benchError | None = None
        self._news = Event()
        self._next_tick_ns = now_ns()
        answer_hello(runner, plan)
        listeners: dict[str, Listener] = {
            READY: self._on_ready,
            HARVEST: self._on_harvest,
            OVER: self._on_over,
            FAILED: self._on_failed,
        }
        for kind, listener in listeners.items():
            runner.register_message(kind, listener)

    def conduct(self, *, arriving_s: float, connecting_s: float) -> None:
        """Wait for the processes, then for all users, let them work, wait for what they saw.

        Args:
            arriving_s: how long the processes may take to be there.
            connecting_s: how long the sessions may take after that.

        Raises:
            RunFailed: a process was lost, or could not go on.
        """
        last_ns = now_ns() + round(arriving_s * NS_PER_S)
        self._wait(lambda: len(self._runner.clients.all) >= self._plan.processes, last_ns)
        deadline_ns = now_ns() + round(connecting_s * NS_PER_S)
        self._wait(lambda: self._ready_users == self._plan.users, deadline_ns)
        if self.phase == "connecting":
            if self._ready_users < self._plan.users:
                raise RunFailed(
                    f"{self._ready_users} of {self._plan.users} sessions were opened in time:"
                    " is the server busy, or max_connections too low?"
                )
            self._begin()
        last_ns = self._window.give_up_ns + round(_OVER_GRACE_S * NS_PER_S)
        self._wait(lambda: self._is_over, last_ns)
        if not self._is_over:
            raise RunFailed("a process of the load did not say what it saw: look at its log")
        if self.phase != "interrupted":
            self.phase = "finished"

    def interrupt(self) -> None:
        """End the load now, in all processes."""
        if self.phase in ("finished", "interrupted"):
            return
        self.phase = "interrupted"
        self._window.cut()
        self._window.give_up_ns = now_ns()
        self._runner.send_message(INTERRUPT)
        self._news.set()

    def write_end(self) -> None:
        """Write what came of the load.

        Raises: as `Keeper.write_end`.
        """
        self._keeper.write_end(self.phase, self._window)

    @property
    def _is_over(self) -> bool:
        # a process without users has nothing to say
        return self._over >= self._ready.keys()

    @property
    def _ready_users(self) -> int:
        return sum(users.total() for users in self._ready.values())

    def _begin(self) -> None:
        processes = list(self._ready)
        rosters = divided([self._ready[process] for process in processes])
        begin_unix_s = time.time() + _LEAD_S
        for process, roster in zip(processes, rosters, strict=True):
            order = {"roster": to_json(roster), "begin_unix_s": begin_unix_s}
            self._runner.send_message(BEGIN, order, client_id=process)
        self.phase = "warm-up"
        self._window.open(instant_ns(begin_unix_s))

    def _wait(self, done: Callable[[], bool], deadline_ns: int) -> None:
        while not done() and now_ns() < deadline_ns and self.phase != "interrupted":
            self._look()
        if self.phase == "interrupted":
            # what they saw until now is still to come
            last_ns = now_ns() + round(_OVER_GRACE_S * NS_PER_S)
            while not self._is_over and now_ns() < last_ns:
                self._look()

    def _look(self) -> None:
        """Wait for news or the next second.

        Raises:
            RunFailed: a process was lost, or could not go on.
        """
        self._news.clear()
        self._news.wait(max(0, self._next_tick_ns - now_ns()) / NS_PER_S)
        if self._failure is not None:
            raise self._failure
        if self.phase == "warm-up" and now_ns() >= self._window.measure_ns:
            self.phase = "measuring"
        if now_ns() >= self._next_tick_ns:
            self._next_tick_ns = now_ns() + NS_PER_S
            self._keeper.write_live(self.phase, self._window)
            self._require_everybody()

    def _require_everybody(self) -> None:
        living = {client.id for client in self._runner.clients.all} - {
            client.id for client in self._runner.clients.missing
        }
        if lost := set(self._ready) - living - self._over:
            raise RunFailed(f"{len(lost)} of {len(self._ready)} processes of the load were lost")

    def _on_ready(self, msg: _Message, **_: object) -> None:
        self._ready[msg.node_id] = Counter(msg.data)
        self._news.set()

    def _on_harvest(self, msg: _Message, **_: object) -> None:
        self._keeper.absorb(msgspec.msgpack.decode(msg.data, type=Harvest), msg.node_id)

    def _on_over(self, msg: _Message, **_: object) -> None:
        self._over.add(msg.node_id)
        self._news.set()

    def _on_failed(self, msg: _Message, **_: object) -> None:
        self._failure = self._failure or RunFailed(str(msg.data))
        self._news.set()


def answer_hello(runner: MasterRunner, plan: RunPlan | None) -> None:
    """Give the plan to every process that asks; without one, they follow Locust's page."""

    def greet(msg: _Message, **_: object) -> None:
        data = to_json(plan) if plan is not None else b""
        answer = {"plan": data, "unix_s": time.time()}
        runner.send_message(PLAN, answer, client_id=msg.node_id)

    runner.register_message(HELLO, greet)


class Member:
    """One of the processes that make the load; the master tells it what and when."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._plan = AsyncResult()
        self._order = AsyncResult()
        self._load: Load | None = None
        self._told = 0
        self._asked_unix_s = time.time()
        self._behind_s = 0.0
        listeners: dict[str, Listener] = {
            PLAN: self._on_plan,
            BEGIN: self._on_begin,
            INTERRUPT: lambda **_: self.interrupt(),
        }
        for kind, listener in listeners.items():
            runner.register_message(kind, listener)

    def ask(self) -> RunPlan | None:
        """Return the master's plan, `None` where Locust's page decides.

        Raises:
            BadInput: the master is of another version.
        """
        while not self._plan.ready():
            self._asked_unix_s = time.time()
            self._runner.send_message(HELLO)
            self._plan.wait(_HELLO_EVERY_S)
        data = self._plan.get()
        return from_json(data, RunPlan, source="the master's plan") if data else None

    def serve(self, load: Load) -> None:
        """Make the part of the load that the master orders, and send what was seen.

        A process without users waits until the master ends it.
        """
        self._load = load
        try:
            load.gather(None, enough=self._is_ordered)
            roster, begin_unix_s = self._order.get() if self._order.ready() else (Roster(), None)
            begin_ns = instant_ns(begin_unix_s - self._behind_s) if begin_unix_s else None
            load.conduct(roster, begin_ns=begin_ns)
            self._runner.send_message(OVER)
        except B2benchError as error:
            self._runner.send_message(FAILED, str(error))  # type: ignore[arg-type]

    def tick(self, load: Load) -> None:
        """Send what was seen since the last time."""
        harvest = load.harvest()
        feed(self._environment.stats, harvest)
        self._runner.send_message(HARVEST, msgspec.msgpack.encode(harvest))  # type: ignore[arg-type]

    def interrupt(self) -> None:
        """End the load now."""
        if self._load is not None:
            gevent.spawn(self._load.interrupt)

    def _is_ordered(self) -> bool:
        load = self._load
        if load is not None and load.ready.total() != self._told:
            self._told = load.ready.total()
            self._runner.send_message(READY, dict(load.ready))
        return bool(self._order.ready())

    def _on_plan(self, msg: _Message, **_: object) -> None:
        if not self._plan.ready():
            # how far this machine's clock is behind the master's, to half the way there and back
            here_unix_s = (self._asked_unix_s + time.time()) / 2
            self._behind_s = msg.data["unix_s"] - here_unix_s
        self._plan.set(msg.data["plan"])

    def _on_begin(self, msg: _Message, **_: object) -> None:
        roster = from_json(msg.data["roster"], Roster, source="the master's roster")
        self._order.set((roster, msg.data["begin_unix_s"]))
        if self._load is not None:
            self._load.wake()


def instant_ns(unix_s: float) -> int:
    """Return an instant of the wall clock on this process's own clock."""
    return now_ns() + round((unix_s - time.time()) * NS_PER_S)
