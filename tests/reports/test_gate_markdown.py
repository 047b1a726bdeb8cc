"""The comment under a pull request: readable, honest about what it leaves out, never too long."""

import re
from dataclasses import replace

from markdown_it import MarkdownIt

from b2bench.catalogue import Difference
from reports.gate import Verdict, pronounce
from reports.gate_markdown import CHARACTERS_MOST, gate_markdown
from tests.reports.conftest import Golden
from tests.reports.gate_samples import GROUND, LOST, SUSPECTED, compared, step, verdict

GITHUBS_LIMIT = 65_536


def test_it_reads_as_a_person_would_tell_it(regression: Verdict, golden: Golden) -> None:
    golden.check("gate.md", _steady(gate_markdown(regression)))


def _steady(markdown: str) -> str:
    """Hide what differs from one major version to the next."""
    text = re.sub(r"PostgreSQL \d+", "PostgreSQL N", markdown)
    return re.sub(r"((?:place|open)_orders? \| typical \| \w+ \|).*", r"\1 …", text)


def test_one_cause_of_several_classes_is_told_once() -> None:
    names = ("find_sku", "price_cart", "search")
    text = gate_markdown(verdict(*(compared(name, step(name, 4, 812, LOST)) for name in names)))
    assert text.count("cause: index products_sku is missing") == 1
    assert text.count("`CREATE INDEX products_sku ON products (sku)`") == 1


def test_a_suspicion_is_told_as_one() -> None:
    text = gate_markdown(verdict(compared("find_sku", step("find_sku", 4, 812, SUSPECTED))))
    assert "cause: probably index products_sku is missing" in text


def test_names_are_shown_as_they_are() -> None:
    odd = "a <b> `c` *d* _e_ ~f~ | g"
    lost = replace(LOST, shown=f"index {odd} is missing")
    text = gate_markdown(verdict(compared("find_sku", step("find_sku", 4, 812, lost))))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert f"index {odd} is missing".replace("<b>", "&lt;b&gt;") in html


def test_many_findings_fit_into_a_comment_and_what_is_left_out_is_counted() -> None:
    names = [f"query_class_number_{number:04}" for number in range(1500)]
    classes = [compared(name, step(name, 4, 812, LOST)) for name in names]
    text = gate_markdown(verdict(*classes))
    assert len(text) <= CHARACTERS_MOST < GITHUBS_LIMIT
    shown = sum(f"| {name} (typical) |" in text for name in names)
    assert f"{len(names) - shown:,} further findings had no room here" in text
    rows = sum(f"| {name} | typical | main |" in text for name in names)
    assert 0 < rows < len(names)
    assert f"{len(names) - rows:,} further statements had no room here" in text


def test_where_the_work_does_not_fit_what_changed_comes_first() -> None:
    calm = [compared(f"calm_{number:04}", step(f"calm_{number:04}")) for number in range(2000)]
    text = gate_markdown(verdict(*calm, compared("zulu", step("zulu", 4, 812, LOST))))
    assert len(text) <= CHARACTERS_MOST
    assert "| zulu | typical | main | 4 → 812 |" in text
    assert "had no room here" in text


def test_a_long_list_of_differences_is_cut() -> None:
    lost = [
        Difference(
            kind="index",
            identity=f"index_{number}",
            change="missing",
            baseline_definition="",
            candidate_definition="",
        )
        for number in range(23)
    ]
    calm = verdict(compared("find_sku", step("find_sku")))
    text = gate_markdown(pronounce(replace(calm.comparisons, differences=tuple(lost)), GROUND))
    assert "Changed in the catalogue: 23" in text
    assert "- and 3 more" in text
