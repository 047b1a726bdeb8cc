"""The verdict as the test results of a CI server."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

from b2bench.findings import Finding, Severity
from reports.gate import Verdict
from reports.gate_junit import WHOLE, gate_junit
from tests.reports.gate_samples import CANNOT, LOST, NEEDS_CLONE, compared, step, verdict
from tests.reports.junit_rules import breaches

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def cases(text: str) -> dict[str, Element]:
    return {str(case.get("name")): case for case in fromstring(text).iter("testcase")}  # noqa: S314


def test_it_is_valid_and_names_every_class(regression: Verdict) -> None:
    text = gate_junit(regression, AT)
    assert breaches(text) == []
    assert list(cases(text)) == [
        WHOLE,
        "count_lines",
        "find_sku",
        "open_orders",
        "place_order",
        "scan_family",
    ]


def test_a_regression_fails_its_class_with_cause_and_mend(regression: Verdict) -> None:
    found = cases(gate_junit(regression, AT))
    failed = [name for name, case in found.items() if case.find("failure") is not None]
    assert failed == ["find_sku"]
    failure = found["find_sku"].find("failure")
    assert failure is not None
    assert failure.get("type") == "plan-shape-changed"
    assert "cause: probably index products_sku is missing\n" in str(failure.text)
    assert "mend:  create it again: CREATE INDEX products_sku ON" in str(failure.text)
    assert "blocks 3 → 246" in str(failure.text)


def test_a_cause_is_told_once_for_all_cases_of_a_class() -> None:
    steps = (step("find_sku", 4, 812, LOST), step("find_sku", 5, 900, LOST))
    failure = cases(gate_junit(verdict(compared("find_sku", *steps)), AT))["find_sku"].find(
        "failure"
    )
    assert failure is not None
    assert str(failure.text).count("cause:") == 1


def test_a_class_that_the_server_refuses_fails() -> None:
    text = gate_junit(verdict(compared("broken", notices=(CANNOT,))), AT)
    assert breaches(text) == []
    failure = cases(text)["broken"].find("failure")
    assert failure is not None
    assert failure.get("type") == "cannot-explain"


def test_a_class_that_was_not_judged_is_skipped_with_the_reason() -> None:
    text = gate_junit(verdict(compared("place_order", notices=(NEEDS_CLONE,))), AT)
    assert breaches(text) == []
    skipped = cases(text)["place_order"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == NEEDS_CLONE.message


def test_what_is_said_of_the_comparison_fails_it_if_it_is_an_error() -> None:
    unknown = Finding(
        code="data-set-unknown",
        severity=Severity.ERROR,
        subject="the database",
        message="b2bench did not load its data",
    )
    text = gate_junit(verdict(compared("find_sku", step("find_sku")), notices=(unknown,)), AT)
    assert breaches(text) == []
    assert cases(text)[WHOLE].find("failure") is not None
    assert len(cases(text)["find_sku"]) == 0


def test_what_fails_nothing_is_written_for_a_person() -> None:
    text = gate_junit(verdict(compared("find_sku", step("find_sku", 812, 4))), AT)
    assert breaches(text) == []
    assert "better: record a new baseline to keep it" in text
    assert cases(text)["find_sku"].find("failure") is None
