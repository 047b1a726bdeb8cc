"""Seconds, faults and stages of a run."""

from dataclasses import replace
from math import isnan

from reports.run_timeline import _interval, seconds_per_point, stage_rows, time_chart
from tests.figures.html import Outline
from tests.reports.sample_run import load_result, run_record
from tests.reports.spike_run import spike_record


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
    cut = replace(record.result, measured_s=27.0, seconds=record.result.seconds[:27])
    text = Outline(time_chart(replace(record, result=cut))).text
    assert "spike" in text
    assert "recovery" not in text


def test_answers_after_the_end_are_no_throughput() -> None:
    at = load_result().seconds
    drained = _interval(at[30:31], measured_s=30.0)
    assert isnan(drained.requests_per_s)
    assert drained.p95_ms > 0
    assert _interval(at[29:30], measured_s=30.0).requests_per_s > 0


def test_hours_are_drawn_with_few_points() -> None:
    minutes, hours = load_result(seconds=600), load_result(seconds=4 * 3_600)
    assert seconds_per_point(minutes) == 1
    assert seconds_per_point(hours) == 24
    assert len(time_chart(run_record(hours))) < 1.5 * len(time_chart(run_record(minutes)))
