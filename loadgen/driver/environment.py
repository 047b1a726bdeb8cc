"""Puts a load in the place of Locust's own: from a plan to its end, or along with its page."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping

import gevent
from gevent import get_hub
from gevent.event import AsyncResult
from locust.env import Environment
from locust.event import EventHook
from locust.runners import MasterRunner, Runner, WorkerRunner

from b2bench.errors import B2benchError, BadInput
from b2bench.runs import RunPlan
from loadgen.driver.allotment import allot, shares
from loadgen.driver.clock import NS_PER_S, now_ns
from loadgen.driver.connection import require_cooperation
from loadgen.driver.equipment import Equip, Equipment
from loadgen.driver.keeper import Keeper
from loadgen.driver.load import Load
from loadgen.driver.locust_stats import feed
from loadgen.driver.master import Master, Member, answer_hello
from loadgen.driver.orders import FATAL, Orders
from loadgen.driver.roster import whole
from loadgen.driver.users import PostgresUser

_READABLE = 1
_LAST_BREATH_S = 5
_INTERRUPTED_S = 30
_CONNECTING_S = 60.0
_CONNECTING_EACH_S = 0.02
_ARRIVING_S = 24 * 3600.0
_LOG = logging.getLogger(__name__)


def take_over(
    environment: Environment, orders: Orders, *, equip: Equip, page_plan: Callable[[], RunPlan]
) -> None:
    """Make Locust's users work for a plan; called when Locust's environment has just been made.

    With a plan, the load begins when all users are connected, writes its records into the
    orders' folder, and then Locust quits. Without one, Locust's page starts and stops it. A
    Locust worker asks its master which of the two it is.

    Args:
        environment: Locust's.
        orders: what the process was told.
        equip: returns what a process needs for a plan.
        page_plan: returns the plan of a load that Locust's page steers.

    Raises:
        BadInput: the plan names a scenario that there is not, or has too few users.
        RunFailed: psycopg cannot work under gevent.
    """
    require_cooperation()
    runner = _runner(environment)
    if isinstance(runner, WorkerRunner):
        _take_part(environment, runner, orders, equip=equip, page_plan=page_plan)
    elif orders.plan is None or orders.folder is None:
        if isinstance(runner, MasterRunner):
            answer_hello(runner, None)
        plan = page_plan()
        _choose_users(environment, plan)
        _follow_page(environment, plan, equip(plan))
    else:
        _choose_users(environment, orders.plan)
        equipment = equip(orders.plan)
        keeper = Keeper(orders.plan, equipment.queries, orders.folder)
        if isinstance(runner, MasterRunner):
            _conduct_others(environment, runner, orders.plan, keeper, orders.lifeline)
        else:
            _conduct(environment, orders.plan, equipment, keeper, orders.lifeline)


def listen(hook: EventHook, listener: Callable[..., None]) -> None:
    """Call the listener when Locust has this event."""
    hook.add_listener(listener)  # type: ignore[no-untyped-call]


def _choose_users(environment: Environment, plan: RunPlan) -> None:
    known = _known(environment)
    if unknown := [share.scenario for share in plan.scenarios if share.scenario not in known]:
        raise BadInput(f"unknown scenario {', '.join(unknown)}: there is {', '.join(known)}")
    for scenario, weight in shares(plan.scenarios).items():
        known[scenario].weight = weight
    for scenario, count in (allot(plan.users, plan.scenarios) if plan.users else {}).items():
        known[scenario].fixed_count = count
    environment.user_classes[:] = [known[share.scenario] for share in plan.scenarios]


def _known(environment: Environment) -> Mapping[str, type[PostgresUser]]:
    return {
        user_class.__name__: user_class
        for user_class in environment.user_classes
        if issubclass(user_class, PostgresUser)
    }


def _conduct(
    environment: Environment,
    plan: RunPlan,
    equipment: Equipment,
    keeper: Keeper,
    lifeline: int | None,
) -> None:
    """Conduct a load that this process makes alone."""

    def tick(load: Load) -> None:
        harvest = load.harvest()
        feed(environment.stats, harvest)
        keeper.absorb(harvest)
        keeper.write_live(load.phase, load.window)

    load = equipment.load(plan, tick)
    PostgresUser.load.set(load)

    def work() -> None:
        deadline_ns = now_ns() + round(_connecting_s(plan) * NS_PER_S)
        load.gather(deadline_ns, enough=lambda: load.ready.total() >= plan.users)
        load.conduct(whole(plan))
        result = keeper.write_end(load.phase, load.window)
        per_cpu_s = result.completed / result.client_cpu_s if result.client_cpu_s else 0
        _LOG.info("%.0f requests per client CPU-second", per_cpu_s)

    _to_the_end(environment, work, load.interrupt, lifeline)


def _conduct_others(
    environment: Environment,
    runner: MasterRunner,
    plan: RunPlan,
    keeper: Keeper,
    lifeline: int | None,
) -> None:
    """Conduct a load that Locust's workers make."""
    master = Master(runner, plan, keeper)
    options = environment.parsed_options
    # those on other machines have yet to be started by somebody
    arriving_s = _CONNECTING_S if options is not None and options.processes else _ARRIVING_S

    def work() -> None:
        master.conduct(arriving_s=arriving_s, connecting_s=_connecting_s(plan))
        master.write_end()

    _to_the_end(environment, work, master.interrupt, lifeline)


def _take_part(
    environment: Environment,
    runner: WorkerRunner,
    orders: Orders,
    *,
    equip: Equip,
    page_plan: Callable[[], RunPlan],
) -> None:
    """Make a part of the load that a master conducts, once it has said which."""
    member = Member(environment, runner)
    if orders.lifeline is not None:
        _watch_lifeline(orders.lifeline, member.interrupt)
    listen(environment.events.quitting, _last_breath)

    def work() -> None:
        try:
            plan = member.ask()
            if plan is None:
                page = page_plan()
                _follow_page(environment, page, equip(page))
                return
            load = equip(plan).load(plan, member.tick, index=runner.worker_index)
        except B2benchError as error:
            say_fatal(error)
            runner.quit()
            return
        PostgresUser.load.set(load)
        member.serve(load)

    gevent.spawn(work)


def _connecting_s(plan: RunPlan) -> float:
    return _CONNECTING_S + plan.users * _CONNECTING_EACH_S


def _to_the_end(
    environment: Environment,
    work: Callable[[], None],
    interrupt: Callable[[], None],
    lifeline: int | None,
) -> None:
    """Do the work of a load in a greenlet of its own, then let Locust quit."""

    def to_the_end() -> None:
        environment.process_exit_code = 2
        try:
            work()
            environment.process_exit_code = 0
        except B2benchError as error:
            say_fatal(error)
        finally:
            _last_breath()
            _runner(environment).quit()

    _on_interrupt(interrupt)
    if lifeline is not None:
        _watch_lifeline(lifeline, interrupt)
    conductor = gevent.spawn(to_the_end)

    def wait_for_records(**_: object) -> None:
        interrupt()
        conductor.join(_INTERRUPTED_S)

    listen(environment.events.quitting, wait_for_records)


def _on_interrupt(act: Callable[[], None]) -> None:
    """Act on Ctrl-C in a greenlet of its own.

    Python's handler would raise KeyboardInterrupt in whichever greenlet happens to run: in a user
    in the middle of a request, or where it is swallowed, and then nothing ends.
    """
    gevent.signal_handler(signal.SIGINT, act)


def _last_breath(**_: object) -> None:
    """All is done: should Locust hang on its way out, the kernel ends this process."""
    signal.alarm(_LAST_BREATH_S)


def _runner(environment: Environment) -> Runner:
    if environment.runner is None:
        raise AssertionError("Locust's init event comes after its runner")
    return environment.runner


def _watch_lifeline(lifeline: int, interrupt: Callable[[], None]) -> None:
    """End when the other end of the pipe is closed: whoever waits for the result is gone."""
    watcher = get_hub().loop.io(lifeline, _READABLE)

    def ended() -> None:
        watcher.stop()
        # should even that hang, the kernel ends this process
        signal.alarm(_INTERRUPTED_S)
        gevent.spawn(interrupt)

    watcher.start(ended)


def _follow_page(environment: Environment, plan: RunPlan, equipment: Equipment) -> None:
    """Make a new load whenever somebody presses start."""
    greenlets: list[gevent.Greenlet] = []

    def started(**_: object) -> None:
        load = equipment.load(plan, lambda load: feed(environment.stats, load.harvest()))
        PostgresUser.load = AsyncResult()
        PostgresUser.load.set(load)
        load.begin(None)
        greenlets.append(gevent.spawn(_alongside, environment, load))

    def stopped(**_: object) -> None:
        for greenlet in greenlets:
            greenlet.kill()
        greenlets.clear()

    listen(environment.events.test_start, started)
    listen(environment.events.test_stop, stopped)
    listen(environment.events.quitting, _last_breath)
    # Locust ends in an orderly way on SIGTERM
    _on_interrupt(lambda: os.kill(os.getpid(), signal.SIGTERM))


def _alongside(environment: Environment, load: Load) -> None:
    try:
        load.accompany()
    except B2benchError as error:
        say_fatal(error)
        # not from here: stopping ends this greenlet
        gevent.spawn(_runner(environment).stop)


def say_fatal(error: B2benchError) -> None:
    """Tell whoever reads stderr, in one line, why this process cannot go on."""
    sys.stderr.write(f"{FATAL}{error}\n")
