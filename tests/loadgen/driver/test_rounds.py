"""Rounds of a load made one: nothing is lost, nothing counted twice, the clock is kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from b2bench.errors import RunFailed
from b2bench.runs import LoadResult, Second, Stage
from b2bench.target import Target
from loadgen.driver.histogram import Histogram
from loadgen.driver.histogram_log import read_histograms
from loadgen.driver.rounds import (
    KINDS,
    Round,
    merge_rounds,
    one_round,
    read_round,
    repeated,
    write_merged,
)
from tests.loadgen.driver.lab import accounted, plan_for, run
from tests.reports.sample_run import run_plan


@pytest.fixture(scope="module")
def rounds(lab: Target, tmp_path_factory: pytest.TempPathFactory) -> list[Round]:
    """Give two rounds of a load on a real server, the second with more users."""
    found = []
    for users in (2, 4):
        folder = tmp_path_factory.mktemp("round")
        plan = plan_for(lab, "read_item", "move_item", users=users, warmup_s=0.1, duration_s=1)
        outcome = run(lab, plan, folder)
        found.append(read_round(outcome.result, folder / "histograms.hlog"))
    return found


def test_counts_are_added(rounds: list[Round]) -> None:
    merged = merge_rounds(rounds)
    for name in ("offered", "completed", "failed", "skipped", "unfinished", "late"):
        added = sum(getattr(each.result, name) for each in rounds)
        assert getattr(merged, name) == added
    assert merged.completed > 0
    assert accounted(merged) == merged.offered
    assert merged.measured_s == pytest.approx(2, abs=0.01)
    for query in merged.queries:
        for step in query.steps:
            assert step.executions == sum(
                each.executions
                for one in rounds
                for seen in one.result.queries
                if seen.name == query.name
                for each in seen.steps
                if each.step == step.step
            )


def test_a_merged_histogram_holds_every_value_of_the_rounds(rounds: list[Round]) -> None:
    for query in merge_rounds(rounds).queries:
        for kind in KINDS:
            merged = getattr(query, kind)
            parts = [getattr(each, kind) for one in rounds
                     for each in one.result.queries if each.name == query.name]  # fmt: skip
            assert merged.count == sum(part.count for part in parts)
            assert merged.max_us == max(part.max_us for part in parts)
            total_us = sum(part.mean_us * part.count for part in parts)
            assert merged.mean_us * merged.count == pytest.approx(total_us)
            assert min(p.p50_us for p in parts) <= merged.p50_us <= max(p.p50_us for p in parts)


def test_the_merged_file_can_be_read_again(rounds: list[Round], tmp_path: Path) -> None:
    write_merged(tmp_path / "histograms.hlog", rounds)
    again = read_histograms(tmp_path / "histograms.hlog")
    merged = merge_rounds(rounds)
    assert set(again) == {f"{query.name}/{kind}" for query in merged.queries for kind in KINDS}
    for query in merged.queries:
        response = again[f"{query.name}/response"]
        assert response.count == query.response.count
        assert response.percentile_us(99) == pytest.approx(query.response.p99_us, rel=0.002)


def test_each_round_is_a_stage_at_its_place_on_the_clock(rounds: list[Round]) -> None:
    merged = merge_rounds(rounds)
    starts = [each.result.started_unix_s for each in rounds]
    assert merged.started_unix_s == starts[0]
    assert [stage.begin_s for stage in merged.stages] == [0, starts[1] - starts[0]]
    assert [stage.completed for stage in merged.stages] == [
        each.result.completed for each in rounds
    ]
    for query in merged.queries:
        assert sum(stage.completed for stage in query.stages) == query.completed
    assert sum(second.completed for second in merged.seconds) == merged.completed


def _at(result: LoadResult, start_unix_s: float) -> LoadResult:
    second = Second(elapsed_s=0, completed=1, failed=0, p50_us=1, p95_us=1, p99_us=1)
    return replace(result, started_unix_s=start_unix_s, seconds=(second,))


def test_seconds_keep_their_place_on_the_clock(rounds: list[Round]) -> None:
    placed = [
        replace(one, result=_at(one.result, start))
        for one, start in zip(rounds, (100.0, 112.5), strict=True)
    ]
    assert [second.elapsed_s for second in merge_rounds(placed).seconds] == [0, 12]


def test_an_interrupted_round_interrupts_all(rounds: list[Round]) -> None:
    stopped = replace(rounds[1], result=replace(rounds[1].result, phase="interrupted"))
    assert merge_rounds([rounds[0], stopped]).phase == "interrupted"
    assert merge_rounds(rounds).phase == "finished"


def test_the_client_s_share_is_that_of_the_whole_time(rounds: list[Round]) -> None:
    merged = merge_rounds(rounds)
    used_s = sum(each.result.client_cpu_s for each in rounds)
    assert merged.client_cpu_s == pytest.approx(used_s)
    assert len(merged.clients) == 1


def test_one_round_merged_is_itself(rounds: list[Round]) -> None:
    only = rounds[0].result
    merged = merge_rounds(rounds[:1])
    assert merged.queries[0].response == only.queries[0].response
    assert merged.response.count == only.response.count
    assert merged.response.p99_us == only.response.p99_us


def test_a_histogram_that_is_missing_is_named(rounds: list[Round], tmp_path: Path) -> None:
    path = tmp_path / "histograms.hlog"
    path.write_text("#[Histogram log format version 1.2]\n")
    with pytest.raises(RunFailed, match="lacks move_item/lag, move_item/response"):
        read_round(rounds[0].result, path)
    with pytest.raises(RunFailed, match=r"nowhere\.hlog cannot be read"):
        read_histograms(tmp_path / "nowhere.hlog")


def test_merging_is_the_same_as_recording_into_one() -> None:
    rng = np.random.default_rng(1)
    values = [rng.lognormal(8, 2, 5_000).astype(np.int64) for _ in range(3)]
    together, merged = Histogram(), Histogram()
    for part in values:
        together.record(part)
        alone = Histogram()
        alone.record(part)
        merged.hdr.add(alone.hdr)
    for percent in (50, 95, 99, 99.9):
        assert merged.percentile_us(percent) == together.percentile_us(percent)


def test_rounds_share_out_the_duration() -> None:
    plan = replace(
        run_plan(), stages=(Stage(duration_s=60, users=5), Stage(duration_s=30, users=9))
    )
    one = one_round(plan, 6)
    assert [stage.duration_s for stage in one.stages] == [10, 5]
    assert repeated(one, 6).duration_s == plan.duration_s
    assert repeated(one, 6).users == 9
