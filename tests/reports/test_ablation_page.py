"""Index evidence as a person reads it: the section of a page and the lines of a terminal."""

from collections.abc import Iterator

import pytest

from b2bench.figures.heatmap import heatmap_style
from b2bench.figures.page import Page, render_page
from b2bench.target import Target
from reports.ablation_page import ablation_section, cell_words
from reports.ablation_text import ablation_lines
from reports.index_evidence import Ablation
from tests.figures.html import assert_offline_and_sound
from tests.postgres import new_database
from tests.reports.fated_indexes import CANARY, ablated, install, write_queries


@pytest.fixture(scope="module")
def ablation(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ablation]:
    with new_database(server) as target:
        install(target)
        yield ablated(target, write_queries(tmp_path_factory.mktemp("planted")))


@pytest.fixture(scope="module")
def page(ablation: Ablation) -> str:
    section = ablation_section(ablation)
    return render_page(
        Page(kind="Test", title="Indexes", sections=[section], style=heatmap_style())
    )


def test_the_page_is_sound_and_names_every_index_and_class(ablation: Ablation, page: str) -> None:
    text = assert_offline_and_sound(page).text
    for index in ablation.indexes:
        assert index.name in text
    for query in ablation.queries:
        assert query in text
    for finding in ablation.findings:
        assert finding.code in text


def test_no_argument_is_on_the_page_or_in_the_lines(ablation: Ablation, page: str) -> None:
    assert CANARY not in page
    assert CANARY not in "\n".join(ablation_lines(ablation))


def test_a_pointer_over_a_field_tells_its_figures(ablation: Ablation, page: str) -> None:
    cell = next(each for each in ablation.cells if each.index == "stock_article")
    assert cell_words(cell) in page
    assert f"{cell.before.blocks} → {cell.after.blocks} blocks" in cell_words(cell)


def test_a_line_says_who_misses_an_index(ablation: Ablation) -> None:
    lines = {line.split()[0]: line for line in ablation_lines(ablation) if line}
    assert "in_stock ×" in lines["stock_article"]
    assert "put_in_cart fails" in lines["one_place"]
    assert "unique constraint" in lines["one_place"]
    assert "last_events at least ×" in lines["events_article"]
    assert "foreign key lines_order_id_fkey on lines" in lines["lines_order"]
    assert "drop_order ×" in lines["lines_order"]
    assert lines["orders_amount"].rstrip().endswith("µs")


def test_columns_of_the_table_stand_below_each_other(ablation: Ablation) -> None:
    head, *rows = ablation_lines(ablation)[: 1 + len(ablation.indexes)]
    place = head.index("missed by")
    assert all(len(row) <= place or row[place - 2 : place] == "  " for row in rows)
