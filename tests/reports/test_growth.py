"""Work for a row of the answer, in tables of three sizes on a real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from b2bench.figures.page import Page, render_page
from b2bench.findings import Finding, Severity
from b2bench.progress import silent
from b2bench.records import to_json
from b2bench.target import Target
from reports.capture import capture
from reports.growing_nodes import Why
from reports.growth import Growth, StepGrowth, Verdict, growth
from reports.growth_page import growth_lines, growth_section
from tests.figures.html import assert_offline_and_sound
from tests.reports.growing_shop import CANARY, Source, shop_of, write_classes

_ROWS = 4_000
_CLASSES = (
    *("offset_page", "keyset_page", "part_of_title", "by_id", "whole_table", "excused"),
    *("of_kind", "newest", "up_to", "locked"),
)


@pytest.fixture(scope="module")
def shops(server: Target) -> Iterator[dict[Decimal, Target]]:
    with ExitStack() as stack:
        yield {
            Decimal(scale): stack.enter_context(shop_of(server, _ROWS * scale))
            for scale in (1, 2, 4)
        }


@pytest.fixture(scope="module")
def grown(shops: dict[Decimal, Target], tmp_path_factory: pytest.TempPathFactory) -> Growth:
    queries = write_classes(tmp_path_factory.mktemp("queries"), *_CLASSES)
    return growth(
        [
            (scale, capture(shop, queries, Source(int(_ROWS * scale)), seed=1, progress=silent))
            for scale, shop in reversed(shops.items())
        ]
    )


@pytest.fixture(scope="module")
def step(grown: Growth) -> Callable[[str], StepGrowth]:
    return lambda query: next(each for each in grown.steps if each.query == query)


@pytest.fixture(scope="module")
def finding(grown: Growth) -> Callable[[str], Finding | None]:
    return lambda query: next((each for each in grown.findings if each.subject == query), None)


Step = Callable[[str], StepGrowth]
Found = Callable[[str], Finding | None]


def test_a_page_by_offset_grows_and_the_limit_is_named(step: Step, finding: Found) -> None:
    page, found = step("offset_page"), finding("offset_page")
    assert page.verdict is Verdict.GROWS
    assert page.exponent.value == pytest.approx(1, abs=0.1)
    assert page.nodes[0].why is Why.OFFSET
    assert page.nodes[0].rows == (_ROWS // 2, 2 * _ROWS)
    assert found is not None
    assert found.code == "grows-with-table"
    assert found.severity is Severity.WARNING
    assert "Limit makes and drops 2,000 → 8,000 rows" in found.message
    assert found.mend.startswith("begin after the last row")


def test_a_page_by_key_and_a_row_by_key_are_steady(step: Step, finding: Found) -> None:
    for query in ("keyset_page", "by_id"):
        assert step(query).verdict is Verdict.STEADY
        assert abs(step(query).blocks.value) < 0.3
        assert finding(query) is None
    assert step("keyset_page").tuples.value == 0


def test_a_search_for_a_part_grows_and_a_trigram_index_is_named(step: Step, finding: Found) -> None:
    assert step("part_of_title").exponent.value == pytest.approx(1, abs=0.05)
    assert step("part_of_title").nodes[0].why is Why.PATTERN
    found = finding("part_of_title")
    assert found is not None
    assert "trigram index" in found.mend
    assert "items" in found.mend


def test_a_figure_over_everything_grows_for_its_one_row(step: Step) -> None:
    assert step("whole_table").verdict is Verdict.GROWS
    assert step("whole_table").exponent.value == pytest.approx(1, abs=0.05)
    assert [node.why for node in step("whole_table").nodes] == [Why.AGGREGATE, Why.SCAN]


def test_a_common_value_grows_and_a_rare_one_does_not(grown: Growth) -> None:
    by_case = {each.case.value: each.verdict for each in grown.steps if each.query == "of_kind"}
    assert by_case == {"typical": Verdict.STEADY, "common": Verdict.GROWS}


def test_what_its_author_allows_is_a_note_with_the_reason(finding: Found) -> None:
    found = finding("excused")
    assert found is not None
    assert found.severity is Severity.NOTE
    assert "allowed: it is asked once a month" in found.message


def test_scales_that_do_not_agree_are_unclear_and_another_plan_is_said(
    step: Step, finding: Found
) -> None:
    assert step("up_to").verdict is Verdict.UNCLEAR
    assert step("up_to").why == "uneven"
    assert step("up_to").blocks.high - step("up_to").blocks.low > 1
    assert step("up_to").shapes > 1
    assert finding("up_to") is None


def test_an_answer_at_some_scales_only_says_nothing(step: Step, finding: Found) -> None:
    assert [point.rows for point in step("newest").points] == [0, 0, 1000]
    assert step("newest").verdict is Verdict.UNCLEAR
    assert step("newest").why == "an answer at some scales only"
    assert finding("newest") is None


def test_what_cannot_be_explained_is_left_out_by_name(grown: Growth) -> None:
    assert [each.subject for each in grown.left_out] == ["locked"]
    assert "changes data or locks rows" in grown.left_out[0].why


def test_two_scales_are_the_least(shops: dict[Decimal, Target], tmp_path: Path) -> None:
    queries = write_classes(tmp_path, "whole_table")
    taken = [
        (scale, capture(shops[scale], queries, Source(_ROWS), seed=1, progress=silent))
        for scale in (Decimal(4), Decimal(1))
    ]
    two = growth(taken).steps[0]
    assert two.exponent.low == two.exponent.value == two.exponent.high
    assert two.verdict is Verdict.GROWS
    with pytest.raises(ValueError, match="two different scales"):
        growth(taken[:1])


def test_the_page_says_it_all_and_no_argument(grown: Growth) -> None:
    page = render_page(Page(kind="EXPLAIN report", title="Plans", sections=[growth_section(grown)]))
    text = assert_offline_and_sound(page).text
    for said in (*_CLASSES, "grows-with-table", "uneven", "2 plans", "Limit makes and drops"):
        assert said in text
    assert CANARY not in page
    assert CANARY not in to_json(grown).decode()


def test_the_lines_begin_with_the_count_and_name_every_statement(grown: Growth) -> None:
    lines = growth_lines(grown)
    assert lines[0].startswith("Growth over scale 1, 2, 4: 9 query classes: 5 with more work")
    text = "\n".join(lines)
    assert "  unclear: up_to, typical" in text
    assert "  left out: locked" in text
    assert CANARY not in text


def test_the_record_is_read_again_as_it_was(grown: Growth) -> None:
    assert msgspec.json.decode(to_json(grown), type=Growth) == grown
