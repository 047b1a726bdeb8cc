"""The verdict as JSON, and the schema that it follows."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from b2bench.arguments import Case
from reports.gate import Verdict
from reports.gate_json import gate_json, gate_schema
from reports.timing import TimeVerdict, Timing
from tests.reports.gate_samples import LOST, compared, step, verdict

TIME = Timing(
    query="find_sku",
    case=Case.TYPICAL,
    verdict=TimeVerdict.SLOWER,
    baseline_ms=1.2,
    candidate_ms=1.4,
    ratio=1.17,
    low=1.1,
    high=1.25,
    smallest=1.05,
    pairs=20,
)


def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(gate_schema())
    return Draft202012Validator(gate_schema())


def test_it_follows_its_schema(regression: Verdict) -> None:
    validator().validate(json.loads(gate_json(regression)))


def test_timings_follow_it_too() -> None:
    calm = verdict(compared("find_sku", step("find_sku")))
    document = json.loads(gate_json(calm, timings=[TIME]))
    validator().validate(document)
    assert document["timings"][0]["ratio"] == 1.17


def test_what_does_not_follow_it_is_found(regression: Verdict) -> None:
    document = json.loads(gate_json(regression))
    document["classes"][0]["steps"][0]["candidate"]["tuples"] = "many"
    with pytest.raises(ValidationError):
        validator().validate(document)


def test_its_schema_names_every_field(regression: Verdict) -> None:
    properties = gate_schema()["$defs"]["JudgedGate"]["properties"]
    assert set(properties) == set(json.loads(gate_json(regression)))


def test_it_says_what_the_gate_says(regression: Verdict) -> None:
    document = json.loads(gate_json(regression))
    assert document["exit_code"] == 1
    assert document["headline"] == "1 of 5 query classes does not pass"
    assert document["timings"] is None
    assert [each["identity"] for each in document["differences"]] == [
        "products_family",
        "products_sku",
    ]
    severities = {each["query"]: each["severity"] for each in document["classes"]}
    assert severities["find_sku"] == "error"
    assert severities["scan_family"] == "note"
    assert severities["count_lines"] is None


def test_a_cause_says_whether_it_is_proven(regression: Verdict) -> None:
    suspected = json.loads(gate_json(regression))["classes"][1]["steps"][0]["causes"]
    assert [each["proven"] for each in suspected] == [False]
    found = json.loads(gate_json(verdict(compared("find_sku", step("find_sku", 4, 812, LOST)))))
    assert [each["proven"] for each in found["classes"][0]["steps"][0]["causes"]] == [True]
