from collections.abc import Iterable

import pytest

from b2bench.errors import StatementFailed
from exporters.collectors.bench_plans import PlanWatcher, StepPlan
from tests.exporters.reading import value


def source(*plans: str) -> Iterable[StepPlan]:
    return [StepPlan(request="search", step="main", plan=plan) for plan in plans]


def test_a_plan_that_becomes_another_one_is_counted_and_shown() -> None:
    plans = iter(["seq", "seq", "index", "seq"])
    watcher = PlanWatcher(lambda: source(next(plans)), every_s=60)
    for _ in range(4):
        watcher.look()
    families = list(watcher.families())
    assert value(families, "bench_request_plan_changes_total", request="search") == 2
    assert value(families, "bench_request_plan_info", plan="seq") == 1
    assert value(families, "bench_request_plan_info", plan="index") is None


def test_a_look_that_fails_is_said_and_what_was_found_stays() -> None:
    def failing() -> Iterable[StepPlan]:
        yield from source("seq")
        raise StatementFailed("the server went away")

    watcher = PlanWatcher(failing, every_s=60)
    watcher.look()
    assert not watcher.is_up
    assert value(list(watcher.families()), "bench_request_plan_info", plan="seq") == 1


def test_plans_are_looked_up_in_a_thread_that_ends_at_once() -> None:
    watcher = PlanWatcher(lambda: source("seq"), every_s=3600)
    watcher.start()
    watcher.stop()
    assert not watcher._thread.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_the_look_does_not_leave_old_plans_as_if_they_were_fresh() -> None:
    def broken() -> Iterable[StepPlan]:
        yield from source("seq")
        raise AssertionError

    watcher = PlanWatcher(broken, every_s=3600)
    watcher.start()
    watcher._thread.join()
    assert not watcher.is_up
