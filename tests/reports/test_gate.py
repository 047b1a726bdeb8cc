"""The verdict and its Markdown."""

import re
from dataclasses import replace

from b2bench.database import connect
from b2bench.findings import ExitCode, Severity
from b2bench.queries import QueryClass
from b2bench.records import to_json
from b2bench.target import Target
from reports.baseline import record
from reports.capture import Capture
from reports.gate import judge
from reports.gate_markdown import gate_markdown
from reports.gate_policy import Policy, Rules
from tests.reports.conftest import Golden
from tests.reports.shop import captured


def without_sku_index(shop: Target, queries: tuple[QueryClass, ...]) -> Capture:
    with connect(shop) as connection:
        connection.execute("DROP INDEX products_sku")
        connection.execute("CREATE INDEX products_family ON products (family)")
    return captured(shop, queries)


def test_the_same_work_passes(shop_capture: Capture) -> None:
    verdict = judge(record(shop_capture), shop_capture)
    assert verdict.exit_code is ExitCode.FINE
    assert verdict.headline == "no regression in 5 query classes"


def test_a_regression_does_not_pass(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...], golden: Golden
) -> None:
    verdict = judge(record(shop_capture), without_sku_index(shop, queries))
    assert verdict.exit_code is ExitCode.VERDICT_NO
    assert verdict.headline == "1 of 5 query classes does not pass"
    assert [finding.severity for finding in verdict.findings][:3] == [Severity.ERROR] * 3
    golden.check("gate.md", _steady(gate_markdown(verdict)))


def _steady(markdown: str) -> str:
    """Hide what differs from one major version to the next."""
    text = re.sub(r"PostgreSQL \d+", "PostgreSQL N", markdown)
    return re.sub(r"((?:place|open)_orders? \| typical \| \w+ \|).*", r"\1 …", text)


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
