"""Runs and comparisons as the test results of a CI server."""

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest

from b2bench.runs import ErrorCount
from reports.run_comparison import compare_runs
from reports.run_junit import comparison_junit, run_junit
from tests.reports.junit_rules import breaches
from tests.reports.sample_run import load_result, query, run_record
from tests.reports.sample_runs import in_turn

ODD = (ErrorCount(sqlstate="XX000", meaning="a <b> & \x00 '\"\uffff", count=3),)


def cases(text: str) -> dict[str, Element]:
    return {str(case.get("name")): case for case in fromstring(text).iter("testcase")}  # noqa: S314


def test_a_run_is_valid_and_names_every_class() -> None:
    text = run_junit(run_record())
    assert breaches(text) == []
    assert list(cases(text)) == [
        "the whole run",
        "browse_category",
        "find_sku",
        "price_cart",
        "product_page",
        "search_text",
        "place_order",
        "sales_by_month",
    ]


def test_a_missed_target_is_a_failure_with_its_mend() -> None:
    case = cases(run_junit(run_record()))["search_text"]
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("type") == "target-missed"
    assert str(failure.get("message")).startswith("p95 108 ms, target 100 ms")
    assert "look at its plan with `b2bench explain`" in str(failure.text)


def test_a_class_without_a_target_is_skipped_with_the_reason() -> None:
    skipped = cases(run_junit(run_record()))["sales_by_month"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "it has no target"


def test_the_time_of_a_case_is_the_mean_response_time_in_seconds() -> None:
    text = run_junit(run_record(load_result([query("q", 1000, 10_000)])))
    assert cases(text)["q"].get("time") == "0.011000"


def test_an_invalid_run_fails_the_case_of_the_run() -> None:
    text = run_junit(run_record(load_result(client_cpu_share=0.97)))
    failure = cases(text)["the whole run"].find("failure")
    assert failure is not None
    assert failure.get("type") == "run-invalid"


def test_several_findings_of_a_class_are_one_failure() -> None:
    text = run_junit(run_record(load_result([query("q", 1000, 60_000, errors=ODD)])))
    assert breaches(text) == []
    (failure,) = cases(text)["q"].iter("failure")
    assert len(str(failure.text).splitlines()) == 2


def test_what_xml_cannot_write_does_not_break_it() -> None:
    text = run_junit(run_record(load_result([query("q", 1000, 400, errors=ODD)])))
    assert breaches(text) == []
    failure = cases(text)["q"].find("failure")
    assert failure is not None
    assert "a <b> & ? '\"? ×3" in str(failure.get("message"))


def test_a_run_without_an_answer_is_valid() -> None:
    silent = replace(load_result([query("q", 0, 0)]), measured_s=0.0)
    assert breaches(run_junit(run_record(silent))) == []


def test_a_comparison_fails_the_class_that_became_slower() -> None:
    text = comparison_junit(compare_runs(*in_turn(1, slower={"price_cart": 1.4})))
    assert breaches(text) == []
    failure = cases(text)["price_cart"].find("failure")
    assert failure is not None
    assert failure.get("type") == "slower"
    assert len(cases(text)["find_sku"]) == 0


def test_a_comparison_that_knows_nothing_is_skipped() -> None:
    run = run_record()
    text = comparison_junit(compare_runs(run, run))
    assert breaches(text) == []
    skipped = cases(text)["find_sku"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "nothing is known: ~ (n=1)"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('tests="8"', 'tests="7"'),
        lambda text: text.replace("<system-err />", ""),
        lambda text: text.replace('hostname="localhost" ', ""),
        lambda text: text.replace("<skipped ", '<failure type="x" message="" /><skipped '),
    ],
)
def test_the_rules_find_what_is_wrong(change) -> None:  # noqa: ANN001
    text = run_junit(run_record())
    assert change(text) != text
    assert breaches(change(text)) != []
