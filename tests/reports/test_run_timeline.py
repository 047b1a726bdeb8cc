"""Seconds, faults and stages of a run."""

from dataclasses import replace
from math import isnan

from b2bench.runs import Span
from reports.run_timeline import _interval, seconds_per_point, stage_rows, time_chart
from tests.figures.html import Outline
from tests.reports.sample_run import load_result, run_record
from tests.reports.spike_run import spike_record


def spans(*parts: tuple[float, float]) -> list[Span]:
    """Return parts of a measurement, each with its begin and its length."""
    return [
        Span(
            begin_s=begin_s,
            duration_s=length_s,
            completed=100,
            failed=0,
            mean_us=900.0,
            p50_us=800,
            p95_us=1_500,
            p99_us=2_000,
        )
        for begin_s, length_s in parts
    ]


def test_every_stage_has_a_row_with_what_it_offered() -> None:
    rows = stage_rows(spike_record())
    assert [(row.number, row.name, row.stage.rate) for row in rows] == [
        (1, "steady", 600),
        (2, "spike", 1_800),
        (3, "recovery", 600),
    ]


def test_a_run_of_one_stage_needs_no_rows() -> None:
    assert stage_rows(run_record()) == []


def test_a_stage_without_a_name_is_called_by_its_number() -> None:
    record = spike_record()
    nameless = tuple(replace(stage, name="") for stage in record.plan.stages)
    rows = stage_rows(replace(record, plan=replace(record.plan, stages=nameless)))
    assert [row.name for row in rows] == ["stage 1", "stage 2", "stage 3"]


def test_a_stage_that_the_run_did_not_come_to_is_not_drawn() -> None:
    record = spike_record()
    result = record.result
    cut = replace(result, measured_s=27.0, seconds=result.seconds[:27], stages=result.stages[:2])
    text = Outline(time_chart(replace(record, result=cut))).text
    assert "spike" in text
    assert "recovery" not in text


def test_answers_after_the_end_are_no_throughput() -> None:
    at = load_result().seconds
    stages = spans((0, 20), (20, 10))
    drained = _interval(at[30:31], stages)
    assert isnan(drained.requests_per_s)
    assert drained.p95_ms > 0
    assert _interval(at[29:30], stages).requests_per_s > 0


def test_between_two_rounds_there_is_no_throughput_and_in_both_there_is() -> None:
    at, rounds = load_result().seconds, spans((0, 10), (20, 10))
    drawn = [
        isnan(_interval(at[second : second + 1], rounds).requests_per_s) for second in (9, 15, 20)
    ]
    assert drawn == [False, True, False]


def test_hours_are_drawn_with_few_points() -> None:
    minutes, hours = load_result(seconds=600), load_result(seconds=4 * 3_600)
    assert seconds_per_point(minutes) == 1
    assert seconds_per_point(hours) == 24
    assert len(time_chart(run_record(hours))) < 1.5 * len(time_chart(run_record(minutes)))
