"""Many arguments for a class on a table with a value that three rows in ten have."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from b2bench.arguments import Arguments, Case
from b2bench.figures.page import Page, render_page
from b2bench.findings import Severity
from b2bench.progress import silent
from b2bench.queries import AS_OF
from b2bench.records import to_json
from b2bench.target import Target
from reports.sweep import ClassSweep, Sweep, distinct, redacted_sweep, sweep
from reports.sweep_page import sweep_lines, sweep_section
from tests.figures.html import assert_offline_and_sound
from tests.reports.growing_shop import CANARY, Source, shop_of, write_classes
from tests.reports.shop import SOURCE

_ROWS = 16_000
_READS = ("by_id", "keyset_page", "of_any_kind", "of_kind", "whole_table")


@pytest.fixture(scope="module")
def shop(server: Target) -> Iterator[Target]:
    with shop_of(server, _ROWS) as target:
        yield target


@pytest.fixture(scope="module")
def swept(shop: Target, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("queries")
    queries = write_classes(folder, *_READS, "discount", "locked")
    return sweep(shop, queries, Source(_ROWS), seed=1, count=20, progress=silent)


def of(swept: Sweep, query: str) -> ClassSweep:
    return next(each for each in swept.classes if each.query == query)


def codes(swept: Sweep, query: str) -> list[str]:
    return [finding.code for finding in swept.findings_of(query)]


def test_a_common_value_is_the_worst_argument(swept: Sweep) -> None:
    found = of(swept, "of_kind")
    assert found.worst_set.arguments == {"kind": CANARY}
    assert found.worst_set.blocks > 1_000
    assert found.typical_set.blocks < 10
    assert found.ratio is not None
    assert found.ratio > 100
    assert len(found.shapes) == 2
    assert found.worst_set.shape != found.typical_set.shape
    [worst] = [each for each in swept.findings_of("of_kind") if each.code == "worst-argument"]
    assert worst.severity is Severity.WARNING
    assert "another plan for them" in worst.mend
    assert CANARY not in worst.line


def test_equal_arguments_are_executed_once_and_counted(swept: Sweep) -> None:
    common = [each for each in of(swept, "of_kind").sets if each.arguments["kind"] == CANARY]
    assert [each.drawn for each in common] == [2]
    assert len(of(swept, "of_kind").sets) == 19


def test_the_median_counts_each_set_as_often_as_it_is_drawn(shop: Target, tmp_path: Path) -> None:
    class Mostly:
        def draw(self, query: object, *, seed: int, count: int) -> list[Arguments]:  # noqa: ARG002
            kinds = [CANARY if place % 4 else f"kind {place + 5}" for place in range(count)]
            return [Arguments(values={"kind": kind, AS_OF: None}) for kind in kinds]

    queries = write_classes(tmp_path, "of_kind")
    found = sweep(shop, queries, Mostly(), seed=1, count=12, progress=silent)
    assert len(found.classes[0].sets) == 4
    assert found.classes[0].typical_set.arguments == {"kind": CANARY}
    assert found.findings == ()


def test_a_case_that_was_not_drawn_is_added_without_weight(tmp_path: Path) -> None:
    [query] = write_classes(tmp_path, "of_kind")
    drawn = distinct(query, Source(_ROWS), seed=1, count=5)
    assert [times for _, times in drawn] == [1, 1, 1, 1, 1, 0]
    assert drawn[-1][0].case is Case.COMMON


def test_a_plan_for_unknown_arguments_that_reads_everything_is_found(swept: Sweep) -> None:
    found = of(swept, "of_any_kind")
    assert found.generic_typical is not None
    assert found.generic_typical.is_other
    assert (found.generic_typical.blocks or 0) > 100 * found.typical_set.blocks
    assert "generic-plan-worse" in codes(swept, "of_any_kind")


def test_a_plan_that_is_the_same_for_all_is_not_worth_a_word(swept: Sweep) -> None:
    for query in ("by_id", "keyset_page", "whole_table"):
        assert codes(swept, query) == []
        assert len(of(swept, query).shapes) == 1
    assert len(of(swept, "whole_table").sets) == 1
    assert of(swept, "whole_table").generic_typical is None


def test_what_writes_or_locks_is_left_out_and_named(swept: Sweep) -> None:
    assert [(each.query, each.why) for each in swept.left_out] == [
        ("discount", "it changes data"),
        ("locked", "it changes data or locks rows"),
    ]


def test_what_never_ends_is_stopped_and_kept_as_such(shop: Target, tmp_path: Path) -> None:
    queries = write_classes(tmp_path, "slow")
    found = sweep(
        shop, queries, Source(_ROWS), seed=1, count=20, stop_after_ms=200, progress=silent
    )
    [slow] = found.classes
    assert slow.worst_set.is_stopped
    assert slow.worst_set.shape is None
    assert slow.worst_set.execution_ms == 200
    assert slow.ratio is None
    [finding] = found.findings
    assert "stopped after 200 ms" in finding.message
    assert "stopped" in "\n".join(sweep_lines(found))
    assert "took too long and was stopped" in assert_offline_and_sound(page_of(found)).text


def test_a_target_that_the_worst_misses_is_a_finding(shop: Target, tmp_path: Path) -> None:
    queries = write_classes(tmp_path, "late")
    found = sweep(shop, queries, Source(_ROWS), seed=1, count=3, progress=silent)
    assert codes(found, "late") == ["worst-argument"]
    assert "the target is 0.001 ms" in found.findings[0].message


def test_arguments_that_a_source_has_not_leave_a_class_out(shop: Target, tmp_path: Path) -> None:
    queries = write_classes(tmp_path, "by_id")
    found = sweep(shop, queries, SOURCE, seed=1, progress=silent)
    assert found.classes == ()
    assert "write one for each of id" in found.left_out[0].why
    assert_offline_and_sound(page_of(found))


def page_of(swept: Sweep) -> str:
    return render_page(Page(kind="EXPLAIN report", title="Plans", sections=[sweep_section(swept)]))


def test_the_page_and_the_lines_say_it_all(swept: Sweep) -> None:
    text = assert_offline_and_sound(page_of(swept)).text
    lines = "\n".join(sweep_lines(swept))
    for said in (*_READS, "discount", "locked", "2 classes with arguments that stand out"):
        assert said in text
        assert said in lines
    for said in ("worst-argument", "plan for unknown arguments", "second plan"):
        assert said in text


def test_an_argument_is_shown_only_where_it_is_asked_for(swept: Sweep) -> None:
    assert CANARY in page_of(swept)
    hidden = redacted_sweep(swept)
    for text in (page_of(hidden), to_json(hidden).decode(), "\n".join(sweep_lines(hidden))):
        assert CANARY not in text
    assert not hidden.shows_arguments


def test_the_record_is_read_again_as_it_was(swept: Sweep) -> None:
    assert msgspec.json.decode(to_json(swept), type=Sweep) == swept
