"""Runs and comparisons as JSON for programs."""

import json

from b2bench.records import from_json, schema_of, to_json
from b2bench.runs import RunRecord
from reports.run_comparison import compare_runs
from reports.run_json import JudgedRun, comparison_json, run_json
from tests.reports.sample_run import run_record
from tests.reports.sample_runs import in_turn


def test_it_is_run_json_with_exit_code_and_verdict() -> None:
    record = run_record()
    judged = json.loads(run_json(record, 1))
    assert judged.pop("exit_code") == 1
    assert judged.pop("verdict") == "1 of 6 targets missed: search_text"
    assert judged == json.loads(to_json(record))


def test_whoever_reads_run_json_can_read_it() -> None:
    record = run_record()
    assert from_json(run_json(record, 0).encode(), RunRecord, source="x") == record


def test_its_schema_names_every_field() -> None:
    schema = schema_of(JudgedRun)
    fields = schema["$defs"]["JudgedRun"]["properties"]
    assert set(fields) == set(json.loads(run_json(run_record(), 0)))


def test_a_comparison_has_the_verdict_of_every_class() -> None:
    judged = json.loads(comparison_json(compare_runs(*in_turn(1, slower={"price_cart": 1.4}))))
    assert judged["exit_code"] == 1
    verdicts = {each["name"]: each["verdict"] for each in judged["classes"]}
    assert verdicts == {"find_sku": "~", "price_cart": "slower", "search_text": "~"}
    (mean, *_) = judged["classes"][1]["figures"]
    assert mean["ratio"]["low"] > 1
