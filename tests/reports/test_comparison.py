"""Captures of a real server beside their baselines."""

from dataclasses import replace

import pytest

from b2bench.database import connect
from b2bench.errors import BaselineUnusable
from b2bench.findings import Finding, Severity
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.baseline import record
from reports.capture import Capture
from reports.comparison import compare
from tests.reports.shop import captured
from tests.reports.test_ground import DATA


def serious(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in findings if each.severity is Severity.ERROR]


def test_a_second_capture_of_the_same_data_compares_clean(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    again = compare(record(shop_capture), captured(shop, queries))
    assert [finding.code for finding in again.findings] == ["data-set-unknown"]
    third = compare(record(shop_capture), captured(shop, queries))
    assert serious(third.findings) == []


def test_a_dropped_index_is_a_regression_and_is_named(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute("DROP INDEX products_sku")
    found = compare(record(shop_capture), captured(shop, queries))
    assert serious(found.findings) == [
        ("plan-shape-changed", "find_sku (typical)"),
        ("blocks-increased", "find_sku (typical)"),
        ("tuples-increased", "find_sku (typical)"),
    ]
    regression = next(each for each in found.findings if each.code == "blocks-increased")
    assert regression.message.endswith("cause: probably index products_sku is missing")
    assert regression.mend.startswith("create it again: CREATE INDEX products_sku ON ")


def test_an_index_dropped_under_a_function_is_named(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute("DROP INDEX order_lines_order")
    found = compare(record(shop_capture), captured(shop, queries)).findings
    hidden = next(each for each in found if each.subject == "count_lines (typical)")
    assert hidden.code == "blocks-increased"
    assert hidden.message.endswith("cause: probably index order_lines_order is missing")


def test_a_new_trigger_is_a_regression(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute(
            "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        )
        connection.execute(
            "CREATE TRIGGER slow AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()"
        )
    found = compare(record(shop_capture), captured(shop, queries)).findings
    regression = next(each for each in found if each.severity is Severity.ERROR)
    assert (regression.code, regression.subject) == (
        "trigger-calls-increased",
        "place_order · close (typical)",
    )
    assert "trigger slow on orders was added" in regression.message


def test_an_index_that_helps_is_a_note(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute("CREATE INDEX products_family ON products (family)")
    found = compare(record(shop_capture), captured(shop, queries))
    assert serious(found.findings) == []
    better = [each.code for each in found.findings if each.severity is Severity.NOTE]
    assert "tuples-decreased" in better


def test_classes_on_one_side_only_are_said(shop_capture: Capture) -> None:
    fewer = replace(shop_capture, classes=shop_capture.classes[1:])
    gone = compare(record(shop_capture), fewer).findings
    assert [(each.code, each.severity) for each in gone if each.subject == "count_lines"] == [
        ("class-missing", Severity.WARNING)
    ]
    come = compare(record(fewer), shop_capture).findings
    assert [(each.code, each.severity) for each in come if each.subject == "count_lines"] == [
        ("class-new", Severity.NOTE)
    ]


def test_a_class_that_fails_now_is_a_regression(shop_capture: Capture) -> None:
    failure = Finding(
        code="cannot-explain", severity=Severity.ERROR, subject="count_lines", message="refused"
    )
    broken = replace(shop_capture.classes[0], cases=(), findings=(failure,))
    candidate = replace(shop_capture, classes=(broken, *shop_capture.classes[1:]))
    assert serious(compare(record(shop_capture), candidate).findings) == [
        ("cannot-explain", "count_lines")
    ]


def test_a_step_that_is_not_reached_any_more_is_a_regression(shop_capture: Capture) -> None:
    place_order = shop_capture.classes[3]
    case = replace(place_order.cases[0], steps=place_order.cases[0].steps[:2])
    classes = (*shop_capture.classes[:3], replace(place_order, cases=(case,)))
    found = compare(record(shop_capture), replace(shop_capture, classes=classes)).findings
    assert serious(found) == [("step-missing", "place_order · close (typical)")]


def test_another_ground_is_not_comparable(shop_capture: Capture) -> None:
    other = replace(shop_capture, ground=replace(shop_capture.ground, data_set=DATA))
    with pytest.raises(BaselineUnusable, match="not comparable: baseline of data set"):
        compare(record(shop_capture), other)
