"""Puts a load in the place of Locust's own: from a plan to its end, or along with its page."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import gevent
from gevent import get_hub
from locust.env import Environment
from locust.event import EventHook
from locust.runners import Runner

from b2bench.arguments import ArgumentSource
from b2bench.errors import B2benchError, BadInput
from b2bench.queries import QueryClass, by_name
from b2bench.records import write_record
from b2bench.runs import HISTOGRAM_FILE, LIVE_FILE, RESULT_FILE, RunPlan
from b2bench.target import Target
from loadgen.driver.allotment import allot, shares
from loadgen.driver.connection import require_cooperation
from loadgen.driver.live import snapshot
from loadgen.driver.load import Load
from loadgen.driver.locust_stats import feed
from loadgen.driver.orders import FATAL
from loadgen.driver.result import load_result, write_histograms
from loadgen.driver.users import PostgresUser

_READABLE = 1
_LAST_BREATH_S = 5
_INTERRUPTED_S = 30
_LOG = logging.getLogger(__name__)

MakeLoad = Callable[[Callable[[Load], None]], Load]


def take_over(
    environment: Environment,
    plan: RunPlan,
    *,
    queries: Sequence[QueryClass],
    source: ArgumentSource,
    target: Target,
    folder: Path | None = None,
    lifeline: int | None = None,
) -> None:
    """Make Locust's users work for a plan; called when Locust's environment has just been made.

    With a folder, the load begins when all users are connected, writes its records there, and
    then Locust quits. Without one, Locust's page starts and stops it.

    Raises:
        BadInput: the plan names a scenario that there is not, or has too few users.
        RunFailed: psycopg cannot work under gevent.
    """
    require_cooperation()
    _choose_users(environment, plan)

    def make(tick: Callable[[Load], None]) -> Load:
        return Load(plan, queries=by_name(queries), source=source, target=target, tick=tick)

    if folder is None:
        _follow_page(environment, make)
    else:
        _conduct(environment, make, folder, lifeline)


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


def _employ_for(environment: Environment, load: Load) -> None:
    for user_class in _known(environment).values():
        user_class.load = load


def _conduct(environment: Environment, make: MakeLoad, folder: Path, lifeline: int | None) -> None:
    def tick(load: Load) -> None:
        feed(environment.stats, load.recorder.flush())
        write_record(folder / LIVE_FILE, snapshot(load))

    load = make(tick)
    _employ_for(environment, load)
    _on_interrupt(load.interrupt)
    if lifeline is not None:
        _watch_lifeline(lifeline, load)
    conductor = gevent.spawn(_to_the_end, environment, load, folder)

    def wait_for_records(**_: object) -> None:
        load.interrupt()
        conductor.join(_INTERRUPTED_S)

    listen(environment.events.quitting, wait_for_records)


def _on_interrupt(act: Callable[[], None]) -> None:
    """Act on Ctrl-C in a greenlet of its own.

    Python's handler would raise KeyboardInterrupt in whichever greenlet happens to run: in a user
    in the middle of a request, or where it is swallowed, and then nothing ends.
    """
    gevent.signal_handler(signal.SIGINT, act)


def _to_the_end(environment: Environment, load: Load, folder: Path) -> None:
    """Conduct the load and write its records, load.json last: who sees it sees all."""
    environment.process_exit_code = 2
    try:
        load.conduct()
        write_histograms(folder / HISTOGRAM_FILE, load)
        result = load_result(load)
        write_record(folder / RESULT_FILE, result)
        environment.process_exit_code = 0
        per_cpu_s = result.completed / result.client_cpu_s if result.client_cpu_s else 0
        _LOG.info("%.0f requests per client CPU-second", per_cpu_s)
    except B2benchError as error:
        say_fatal(error)
    finally:
        _last_breath()
        _runner(environment).quit()


def _last_breath(**_: object) -> None:
    """All is done: should Locust hang on its way out, the kernel ends this process."""
    signal.alarm(_LAST_BREATH_S)


def _runner(environment: Environment) -> Runner:
    if environment.runner is None:
        raise AssertionError("Locust's init event comes after its runner")
    return environment.runner


def _watch_lifeline(lifeline: int, load: Load) -> None:
    """End when the other end of the pipe is closed: whoever waits for the result is gone."""
    watcher = get_hub().loop.io(lifeline, _READABLE)

    def ended() -> None:
        watcher.stop()
        # should even that hang, the kernel ends this process
        signal.alarm(_INTERRUPTED_S)
        gevent.spawn(load.interrupt)

    watcher.start(ended)


def _follow_page(environment: Environment, make: MakeLoad) -> None:
    """Make a new load whenever somebody presses start."""
    greenlets: list[gevent.Greenlet] = []

    def started(**_: object) -> None:
        load = make(lambda load: feed(environment.stats, load.recorder.flush()))
        _employ_for(environment, load)
        load.begin()
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
