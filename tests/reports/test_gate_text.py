"""The verdict for a terminal: what a reader sees first, and that nothing is told twice."""

import re
from dataclasses import replace

from reports.changes import changes
from reports.comparison import StepComparison
from reports.gate import Verdict
from reports.gate_text import gate_text
from tests.reports.conftest import Golden
from tests.reports.gate_samples import (
    CANNOT,
    LOST,
    NEEDS_CLONE,
    SUSPECTED,
    compared,
    step,
    verdict,
    work,
)


def test_it_reads_as_a_person_would_tell_it(regression: Verdict, golden: Golden) -> None:
    text = re.sub(r"PostgreSQL \d+", "PostgreSQL N", gate_text(regression))
    golden.check("gate.txt", text)


def test_a_proven_cause_is_told_as_one() -> None:
    text = gate_text(verdict(compared("find_sku", step("find_sku", 4, 812, LOST))))
    assert "\ncause: index products_sku is missing\n" in text
    assert "\nmend:  create it again: CREATE INDEX products_sku ON products (sku)\n" in text


def test_a_suspicion_is_told_as_one() -> None:
    text = gate_text(verdict(compared("find_sku", step("find_sku", 4, 812, SUSPECTED))))
    assert "\ncause: probably index products_sku is missing\n" in text


def test_an_unknown_cause_is_unknown() -> None:
    text = gate_text(verdict(compared("find_sku", step("find_sku", 4, 812))))
    assert "\ncause: unknown\n" in text


def test_one_cause_of_several_classes_is_told_once() -> None:
    names = ("find_sku", "price_cart", "search")
    text = gate_text(verdict(*(compared(name, step(name, 4, 812, LOST)) for name in names)))
    assert text.count("cause: ") == text.count("mend: ") == 1
    assert [name for name in names if f"  error: {name} (typical)\n" in text] == [*names]


def test_what_became_better_is_said_with_what_keeps_it() -> None:
    text = gate_text(verdict(compared("find_sku", step("find_sku", 812, 4))))
    assert text.startswith("gate passed: ")
    better, subject, blocks = text.splitlines()[1:]
    assert better == "better: record a new baseline to keep it"
    assert subject == "  note: find_sku (typical)"
    assert blocks == "      blocks 812 → 4 (−100 %)"


def test_the_blocks_of_a_real_execution_are_told_where_they_are_others() -> None:
    told = [executed("find_sku", 4, 812), executed("price_cart", 5, 900)]
    text = gate_text(verdict(*(compared(each.subject, each) for each in told)))
    assert text.count("blocks 4 → 812") == 2
    assert "blocks of a real execution 5 → 900" in text
    assert "blocks of a real execution 4 → 812" not in text


def executed(query: str, before: int, after: int) -> StepComparison:
    """Return a statement whose plan touched 4 blocks and touches 812, and what is executed."""
    works = work(4, executed_blocks=before), work(812, executed_blocks=after)
    return replace(
        step(query, 4, 812),
        baseline=works[0],
        candidate=works[1],
        findings=changes(f"{query} (typical)", *works),
    )


def test_errors_come_before_warnings_and_these_before_notes() -> None:
    text = gate_text(
        verdict(
            compared("a_better", step("a_better", 812, 4)),
            compared("broken", notices=(CANNOT,)),
            compared("find_sku", step("find_sku", 4, 812, LOST)),
            compared("place_order", notices=(NEEDS_CLONE,)),
        )
    )
    places = [text.index(each) for each in ("broken:", "cause:", "place_order:", "better:")]
    assert places == sorted(places)


def test_the_same_notice_of_several_classes_is_one_line() -> None:
    text = gate_text(
        verdict(
            compared("accept_quote", notices=(NEEDS_CLONE,)),
            compared("place_order", notices=(NEEDS_CLONE,)),
        )
    )
    assert len(text.splitlines()) == 2
