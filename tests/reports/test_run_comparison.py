"""Two runs compared."""

from dataclasses import replace

import numpy as np
import pytest

from b2bench.errors import BaselineUnusable
from b2bench.findings import ExitCode, Severity
from b2bench.runs import ErrorCount, RunRecord
from reports.run_comparison import Compared, RunComparison, compare_runs, interleave
from reports.verdicts import judge_run
from tests.reports.sample_run import load_result, query, run_record
from tests.reports.sample_runs import Weather, in_turn, one_after_the_other, run_of

PAIRS = 200
STORMY = Weather(spread=0.08, memory=0.5)


def of(comparison: RunComparison, name: str) -> Compared:
    return next(each for each in comparison.classes if each.name == name)


def codes(comparison: RunComparison) -> list[str]:
    return [found.code for found in comparison.findings]


def test_a_class_that_became_slower_is_named_and_fails() -> None:
    comparison = compare_runs(*in_turn(1, slower={"price_cart": 1.4}))
    slow = of(comparison, "price_cart")
    assert slow.verdict == "slower"
    assert slow.evidence.endswith(" n=6 pairs")
    assert comparison.exit_code is ExitCode.VERDICT_NO
    found = next(each for each in comparison.findings if each.subject == "price_cart")
    assert (found.code, found.severity) == ("slower", Severity.ERROR)
    assert "mean 1" in found.message
    assert "p95 1" in found.message
    assert of(comparison, "find_sku").verdict == "~"
    assert comparison.headline.startswith("1 slower: price_cart")


def test_a_class_that_became_faster_is_a_note() -> None:
    comparison = compare_runs(*in_turn(2, slower={"find_sku": 0.6}))
    assert of(comparison, "find_sku").verdict == "faster"
    assert comparison.exit_code is ExitCode.FINE
    assert "faster" in codes(comparison)


def test_no_difference_is_a_tilde_and_never_a_percentage() -> None:
    comparison = compare_runs(*in_turn(3))
    assert all(each.verdict_shown.startswith("~ (p=") for each in comparison.classes)
    assert comparison.headline == "no significant difference (3 query classes compared)"


def test_a_slow_down_within_the_tolerance_warns() -> None:
    calm = Weather(parts=6, spread=0.002)
    comparison = compare_runs(*in_turn(4, slower={"price_cart": 1.03}, weather=calm))
    assert of(comparison, "price_cart").verdict == "slower"
    assert comparison.exit_code is ExitCode.FINE
    assert "within the tolerance of 5 %" in comparison.findings[0].message
    strict = compare_runs(*in_turn(4, slower={"price_cart": 1.03}, weather=calm), tolerance=0.01)
    assert strict.exit_code is ExitCode.VERDICT_NO


def test_the_smallest_difference_that_would_have_been_seen_is_told() -> None:
    calm = compare_runs(*in_turn(5, weather=Weather(parts=6, spread=0.01)))
    rough = compare_runs(*in_turn(5, weather=Weather(parts=6, spread=0.2)))
    smallest = [of(each, "price_cart").figure("mean").ratio for each in (calm, rough)]
    assert smallest[0] is not None
    assert smallest[1] is not None
    assert 1.01 < smallest[0].smallest < 1.15 < smallest[1].smallest
    assert of(calm, "price_cart").smallest_shown.startswith("×1.0")


def test_runs_that_took_turns_are_seen_by_the_clock() -> None:
    assert interleave(*in_turn(6))
    assert not interleave(*one_after_the_other(6))
    baseline, candidate = in_turn(6)
    later = replace(candidate.result, started_unix_s=candidate.result.started_unix_s + 10_000)
    assert not interleave(baseline, replace(candidate, result=later))


def test_runs_at_different_times_carry_one_warning_of_drift() -> None:
    comparison = compare_runs(*one_after_the_other(7))
    assert codes(comparison) == ["drift-not-excluded"]
    assert of(comparison, "price_cart").evidence.endswith(" n=10+10")
    assert "drift-not-excluded" not in codes(compare_runs(*in_turn(7)))


def test_runs_without_samples_say_that_nothing_is_known() -> None:
    slow = run_record(load_result([query("find_sku", 1000, 9_000)]))
    fast = run_record(load_result([query("find_sku", 1000, 900)]))
    comparison = compare_runs(fast, slow)
    assert of(comparison, "find_sku").verdict_shown == "~ (n=1)"
    assert of(comparison, "find_sku").figure("mean").ratio_shown == "×10.00 (n=1)"
    assert comparison.exit_code is ExitCode.FINE


def test_too_few_rounds_say_that_nothing_is_known() -> None:
    few = Weather(parts=3)
    comparison = compare_runs(*in_turn(8, slower={"price_cart": 3.0}, weather=few))
    assert of(comparison, "price_cart").verdict_shown == "~ (n=3)"
    assert "drift-not-excluded" not in codes(comparison)


def test_a_percentile_of_few_requests_is_not_compared() -> None:
    rng = np.random.default_rng(9)
    rare = [run_of(rng, name=name, requests=10) for name in ("before", "after")]
    compared = of(compare_runs(*rare), "price_cart")
    assert compared.figure("p95").ratio is None
    assert compared.figure("mean").ratio is not None


@pytest.mark.parametrize("weather", [Weather(), STORMY], ids=["calm", "stormy"])
def test_equal_runs_are_seldom_called_slower(weather: Weather) -> None:
    in_turn_too = replace(weather, parts=6)
    for pairs in (
        [one_after_the_other(seed, weather=weather) for seed in range(PAIRS)],
        [in_turn(seed, weather=in_turn_too) for seed in range(PAIRS)],
    ):
        slower = sum(
            any(each.verdict == "slower" for each in compare_runs(*pair).subjects) for pair in pairs
        )
        assert slower <= 0.05 * PAIRS, slower


def test_a_fifth_more_is_nearly_always_found() -> None:
    slower, weather = {"price_cart": 1.2}, Weather(spread=0.02)
    found = []
    for pairs in (
        [one_after_the_other(seed, slower=slower, weather=weather) for seed in range(PAIRS)],
        [in_turn(seed, slower=slower, weather=replace(weather, parts=6)) for seed in range(PAIRS)],
    ):
        found.append(
            sum(of(compare_runs(*pair), "price_cart").verdict == "slower" for pair in pairs)
        )
        assert found[-1] >= 0.95 * PAIRS, found


def _other_seed(record: RunRecord) -> RunRecord:
    return replace(record, plan=replace(record.plan, seed=2))


def _other_workload(record: RunRecord) -> RunRecord:
    return replace(record, plan=replace(record.plan, workload="search"))


def _more_users(record: RunRecord) -> RunRecord:
    stages = tuple(replace(stage, users=80) for stage in record.plan.stages)
    return replace(record, plan=replace(record.plan, stages=stages))


def _other_data(record: RunRecord) -> RunRecord:
    assert record.data_set is not None
    return replace(record, data_set=replace(record.data_set, sha256="another"))


def _other_major(record: RunRecord) -> RunRecord:
    return replace(record, provenance=replace(record.provenance, server_version=170002))


def _invalid(record: RunRecord) -> RunRecord:
    stopped = replace(record.result, phase="interrupted")
    return replace(record, result=stopped, findings=judge_run(stopped))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_seed, "seed 1 and 2"),
        (_other_workload, "workload mixed and search"),
        (_more_users, "load 40 users and 80 users"),
        (_other_data, "data set standard, seed 1, 110,000 rows, sha256 0123456789ab and standard"),
        (_other_major, "server PostgreSQL 18 and PostgreSQL 17"),
        (_invalid, "validity valid and INVALID: the run was interrupted"),
    ],
)
def test_unlike_runs_are_not_comparable(change, said) -> None:  # noqa: ANN001
    baseline, candidate = in_turn(10)
    with pytest.raises(BaselineUnusable, match="not comparable") as refused:
        compare_runs(baseline, change(candidate))
    assert said in str(refused.value)
    assert "--anyway" in str(refused.value)
    forced = compare_runs(baseline, change(candidate), anyway=True)
    assert codes(forced)[0] == "runs-differ"


def test_all_that_differs_is_listed_at_once() -> None:
    baseline, candidate = in_turn(11)
    with pytest.raises(BaselineUnusable, match="workload mixed and search; seed 1 and 2"):
        compare_runs(baseline, _other_seed(_other_workload(candidate)))


def test_settings_that_differ_are_shown_and_forbid_nothing() -> None:
    baseline, candidate = in_turn(12)
    settings = candidate.provenance.settings | {"work_mem": "64MB"}
    tuned = replace(candidate, provenance=replace(candidate.provenance, settings=settings))
    (found,) = compare_runs(baseline, tuned).settings
    assert found.shown == "work_mem 16MB and 64MB"


def test_more_failures_warn() -> None:
    baseline, candidate = in_turn(13)
    errors = (ErrorCount(sqlstate="40001", meaning="serialization failure", count=20),)
    queries = (
        replace(candidate.result.queries[0], failed=20, errors=errors),
        *candidate.result.queries[1:],
    )
    failing = replace(candidate, result=replace(candidate.result, queries=queries))
    found = [each for each in compare_runs(baseline, failing).findings if each.code == "fails-more"]
    assert [each.subject for each in found] == ["find_sku"]
    assert "0 % of the baseline's requests failed, 2 % of the candidate's" in found[0].message


def test_a_class_of_one_run_alone_is_named() -> None:
    baseline, candidate = in_turn(14)
    fewer = replace(
        candidate, result=replace(candidate.result, queries=candidate.result.queries[:2])
    )
    found = [
        each for each in compare_runs(baseline, fewer).findings if each.code == "class-missing"
    ]
    assert [each.line for each in found] == [
        "warning: search_text: only the baseline has it, so it is not compared"
    ]


def test_rounds_of_two_stages_take_turns_as_wholes() -> None:
    def staged(record: RunRecord, after_s: float) -> RunRecord:
        # rounds of two stages, five seconds each, one round every thirty seconds
        begins_s = [30.0 * number + half for number in range(6) for half in (0.0, 5.0)]
        one = record.result.stages[0]
        stages = tuple(replace(one, begin_s=begin_s, duration_s=5.0) for begin_s in begins_s)
        result = replace(record.result, stages=stages, started_unix_s=1_000.0 + after_s)
        return replace(record, result=result, plan=replace(record.plan, rounds=6))

    baseline, candidate = in_turn(6)
    assert interleave(staged(baseline, 0), staged(candidate, 12))
    # a candidate that ends when the next baseline has begun
    assert not interleave(staged(baseline, 0), staged(candidate, 25))
