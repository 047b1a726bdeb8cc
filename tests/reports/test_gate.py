"""The verdict."""

from dataclasses import replace

from b2bench.findings import ExitCode, Severity
from b2bench.queries import QueryClass
from b2bench.records import to_json
from b2bench.target import Target
from reports.baseline import record
from reports.capture import Capture
from reports.gate import Verdict, judge
from reports.gate_policy import Policy, Rules
from tests.reports.shop import without_sku_index


def test_the_same_work_passes(shop_capture: Capture) -> None:
    verdict = judge(record(shop_capture), shop_capture)
    assert verdict.exit_code is ExitCode.FINE
    assert verdict.headline == "no regression in 5 query classes"


def test_a_regression_does_not_pass(regression: Verdict) -> None:
    assert regression.exit_code is ExitCode.VERDICT_NO
    assert regression.headline == "1 of 5 query classes does not pass"
    assert [finding.severity for finding in regression.findings][:3] == [Severity.ERROR] * 3


def test_a_policy_grades_otherwise(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    codes = ("plan-shape-changed", "blocks-increased", "tuples-increased")
    lenient = Policy(default=Rules(severities=dict.fromkeys(codes, Severity.WARNING)))
    verdict = judge(record(shop_capture), without_sku_index(shop, queries), lenient)
    assert verdict.exit_code is ExitCode.FINE
    assert Severity.WARNING in {finding.severity for finding in verdict.findings}


def test_a_policy_leaves_improvements_notes(shop_capture: Capture) -> None:
    verdict = judge(record(shop_capture), shop_capture)
    note = replace(verdict.findings[0], code="blocks-decreased", severity=Severity.NOTE)
    strict = Rules(severities={"blocks-decreased": Severity.ERROR})
    assert strict.graded(note) == note


def test_the_verdict_is_a_record(shop_capture: Capture) -> None:
    text = to_json(judge(record(shop_capture), shop_capture)).decode()
    assert '"exit_code": 0' in text
