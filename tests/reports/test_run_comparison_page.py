"""The comparison as a page and as a comment."""

import pytest

from reports.run_comparison import RunComparison, compare_runs
from reports.run_comparison_markdown import comparison_markdown
from reports.run_comparison_page import render_comparison_page
from tests.figures.html import assert_offline_and_sound
from tests.reports.sample_run import PROVENANCE, run_record
from tests.reports.sample_runs import in_turn, one_after_the_other


@pytest.fixture(scope="module")
def slower() -> RunComparison:
    return compare_runs(*in_turn(1, slower={"price_cart": 1.4, "find_sku": 0.7}))


def test_the_page_names_classes_figures_and_how_sure_they_are(slower: RunComparison) -> None:
    outline = assert_offline_and_sound(render_comparison_page(slower, PROVENANCE))
    assert "1 slower: price_cart; 1 faster: find_sku" in outline.text
    for each in slower.classes:
        assert each.name in outline.text
        assert each.evidence in outline.text
        assert each.smallest_shown in outline.text
    for figure in slower.whole.figures:
        assert figure.moved in outline.text
    assert "in turn, 6 rounds each" in outline.text


def test_the_verdict_s_colour_is_that_of_the_findings(slower: RunComparison) -> None:
    assert '<p class="verdict bad">' in render_comparison_page(slower)
    assert '<p class="verdict plain">' in render_comparison_page(compare_runs(*in_turn(2)))
    doubtful = compare_runs(*one_after_the_other(2))
    assert '<p class="verdict warn">' in render_comparison_page(doubtful)


def test_runs_without_samples_have_a_page() -> None:
    run = run_record()
    outline = assert_offline_and_sound(render_comparison_page(compare_runs(run, run)))
    assert "×1.00 (n=1)" in outline.text


def test_the_comment_has_a_row_for_each_class(slower: RunComparison) -> None:
    comment = comparison_markdown(slower)
    assert comment.startswith("### ❌ b2bench compare: 1 slower: price_cart; 1 faster: find_sku")
    assert "| price_cart | ❌ slower (p" in comment
    assert "| find_sku | ✅ faster (p" in comment
    assert "| search_text | ~ (p=" in comment
    rows = [line for line in comment.splitlines() if line.startswith("| price_cart")]
    assert [row.count("|") for row in rows] == [10, 5]


def test_a_comment_without_a_slower_class_passes() -> None:
    comment = comparison_markdown(compare_runs(*one_after_the_other(2)))
    assert comment.startswith("### ✅ b2bench compare: no significant difference")
    assert "- warning: the whole run: the two did not run in turn" in comment
