"""Whole loads: what they count, what they measure, what they leave."""

import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from b2bench.database import connect
from b2bench.progress import silent
from b2bench.runs import LoadResult, RunPlan, ScenarioShare
from b2bench.target import Target
from loadgen.driver.supervise import run_load
from reports.verdicts import RUN_INVALID, judge_run
from tests.loadgen.driver.lab import (
    BUSY,
    ENVIRONMENT,
    Outcome,
    accounted,
    phase_of,
    plan_for,
    run,
    until,
)


def test_the_clients_counts_are_the_servers_transactions_and_refusals_included(
    lab: Target, tmp_path: Path
) -> None:
    plan = plan_for(
        lab,
        "read_item",
        "move_item",
        "settle_item",
        "insert_twice",
        "point_nowhere",
        "commit_nowhere",
        think_s=0,
    )
    outcome = run(lab, plan, tmp_path)

    assert outcome.server.is_complete
    assert outcome.server.mismatches == ()
    idle = [seen.query for seen in outcome.server.statements if not seen.client_calls]
    # a statement that is refused has not been executed, for either side
    assert idle == ["insert_twice"]
    assert outcome.result.offered == accounted(outcome.result)
    _restarts_are_counted(outcome)
    _refusals_have_a_sqlstate_and_no_values(outcome)
    _one_account_names_all_that_share_a_queryid(outcome)


def _restarts_are_counted(outcome: Outcome) -> None:
    moved = outcome.of("move_item")
    executions = {step.step: step.executions for step in moved.steps}
    assert moved.restarts > 0
    assert executions["begin"] == executions["commit"] + executions["rollback"]
    assert {error.sqlstate for error in moved.errors} <= {"40001"}


def _refusals_have_a_sqlstate_and_no_values(outcome: Outcome) -> None:
    refused = Counter[str]()
    for query in ("insert_twice", "point_nowhere", "commit_nowhere"):
        seen = outcome.of(query)
        assert seen.completed == 0
        assert sum(error.count for error in seen.errors) == seen.failed > 0
        refused.update({f"{error.sqlstate} {error.meaning}": 1 for error in seen.errors})
    assert refused == {"23505 unique violation": 1, "23503 foreign key violation": 2}
    for file in ("load.json", "live.json", "locust.log"):
        text = (outcome.folder / file).read_text()
        assert "424242" not in text
        assert "737373" not in text


def _one_account_names_all_that_share_a_queryid(outcome: Outcome) -> None:
    (settings,) = [seen for seen in outcome.server.statements if seen.step == "set_config"]
    assert settings.query == "move_item, settle_item"
    assert settings.rows == settings.server_calls


def test_a_closed_load_of_five_users_fails_nothing(lab: Target, tmp_path: Path) -> None:
    plan = plan_for(lab, "read_item", "settle_item", users=5, think_s=0.02, duration_s=3)
    outcome = run(lab, plan, tmp_path)
    result = outcome.result

    assert result.phase == "finished"
    assert (result.failed, result.skipped, result.unfinished) == (0, 0, 0)
    assert result.offered == result.completed
    # 5 users / 0.02 s, less what the answers take
    assert 400 < result.completed < 800
    assert sum(second.completed for second in result.seconds) == result.completed
    assert 0 < result.clients[0].cpu_share < 1
    assert outcome.server.mismatches == ()
    _histograms_are_those_of_the_result(tmp_path, result)


def _histograms_are_those_of_the_result(folder: Path, result: LoadResult) -> None:
    reader = HistogramLogReader(folder / "histograms.hlog", HdrHistogram(1, 3_600_000_000, 3))
    counts = {}
    while histogram := reader.get_next_interval_histogram():
        counts[histogram.get_tag()] = histogram.get_total_count()
    reader.close()
    assert counts == {
        f"{query.name}/{kind}": query.completed
        for query in result.queries
        for kind in ("response", "service", "lag")
    }


def _stall(lab: Target, folder: Path, seconds: float) -> threading.Thread:
    """Lock the table once the load measures."""

    def lock() -> None:
        with connect(lab) as connection:
            until(lambda: phase_of(folder) == "measuring" or None)
            with connection.transaction():
                connection.execute("LOCK TABLE item IN ACCESS EXCLUSIVE MODE")
                time.sleep(seconds)

    thread = threading.Thread(target=lock)
    thread.start()
    return thread


def test_a_stall_of_one_second_is_in_the_open_models_percentiles(
    lab: Target, tmp_path: Path
) -> None:
    plan = plan_for(lab, "read_item", users=5, rate=100, warmup_s=0.5, duration_s=4)
    stall = _stall(lab, tmp_path, 1)
    outcome = run(lab, plan, tmp_path)
    stall.join()
    seen = outcome.of("read_item")

    assert seen.response.p99_us >= 500_000
    assert seen.response.p90_us >= 50_000
    # only the five that hung in the lock were slow to be answered
    assert seen.service.p95_us < 100_000
    assert seen.lag.p99_us >= 400_000
    assert seen.response.max_us >= 900_000
    assert outcome.result.skipped == 0
    assert outcome.result.offered == outcome.result.completed == accounted(outcome.result)
    assert 300 < outcome.result.offered < 500
    assert outcome.server.mismatches == ()


def test_requests_that_nobody_waits_for_any_longer_are_accounted_for(
    lab: Target, tmp_path: Path
) -> None:
    plan = plan_for(lab, "read_item", users=3, rate=100, duration_s=1.5, grace_s=0.5)
    stall = _stall(lab, tmp_path, 4)
    outcome = run(lab, plan, tmp_path)
    stall.join()
    result = outcome.result

    assert result.unfinished == 3
    assert result.skipped > 0
    assert result.offered == accounted(result)
    assert outcome.server.mismatches == ()


def test_a_session_that_the_server_ends_is_opened_anew(lab: Target, tmp_path: Path) -> None:
    def shoot() -> None:
        with connect(lab) as connection:
            until(lambda: phase_of(tmp_path) == "measuring" or None)
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'b2bench load' AND datname = current_database()"
            )

    shooter = threading.Thread(target=shoot)
    shooter.start()
    outcome = run(lab, plan_for(lab, "read_item", users=4, duration_s=2), tmp_path)
    shooter.join()

    seen = outcome.of("read_item")
    assert {error.sqlstate for error in seen.errors} <= {"57P01", "08006"}
    assert 0 < seen.failed <= 8
    assert outcome.result.seconds[1].completed > 100
    assert outcome.result.offered == accounted(outcome.result)


def test_the_same_seed_offers_the_same_schedule(lab: Target, tmp_path: Path) -> None:
    plan: RunPlan = plan_for(lab, "read_item", rate=200, duration_s=1)
    first, second = (run(lab, plan, tmp_path / name).result for name in ("first", "second"))
    assert first.offered == second.offered


def test_a_scenario_that_computes_makes_the_run_invalid(lab: Target, tmp_path: Path) -> None:
    usual = plan_for(lab, "read_item", users=1, duration_s=3)
    share = ScenarioShare(scenario="Busy", weight=1, think_s=0.05)
    plan = replace(usual, scenarios=(share,))
    result = run_load(lab, plan, tmp_path, silent, environment=ENVIRONMENT, locustfile=BUSY)
    (verdict,) = [found for found in judge_run(result) if found.code == RUN_INVALID]
    assert "the client was late" in verdict.message
    # long before the processor is used up
    assert result.clients[0].cpu_share < 0.9
