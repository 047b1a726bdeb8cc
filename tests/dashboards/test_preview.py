"""Every dashboard is on the page; nothing is empty in silence."""

import doctest
import re

import pytest

from b2bench.findings import Severity
from b2bench.target import Target
from dashboards import answers
from dashboards.answers import Answer, PanelAnswer, ask
from dashboards.boards import BOARDS
from dashboards.model import Panel, Query, Threshold
from dashboards.preview import preview_findings, render_preview, verdict
from dashboards.preview_lines import lines_of
from dashboards.preview_values import figures, table, tone
from dashboards.prometheus import Prometheus, Series
from dashboards.window import Window
from tests.dashboards.boards import FAULTS, OVERVIEW


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(answers).failed == 0


def test_a_page_shows_every_panel_and_opens_offline(prometheus: Prometheus, window: Window) -> None:
    answer = ask(OVERVIEW, prometheus, window, {})
    assert preview_findings([answer]) == ()
    page = render_preview([answer], window, (), source="a test")
    for panel in OVERVIEW.panels:
        assert f"<h4>{panel.title}</h4>" in page
    assert "No data: there is no standby" in page
    assert "7 of 8 panels show data, the other one says why it has none" in page
    assert page.count("<svg") == 3
    assert re.findall(r"""(?:src|href)="(?!#)|url\((?!#)|@import""", page) == []


def test_what_is_missing_is_named(prometheus: Prometheus, window: Window) -> None:
    answer = ask(FAULTS, prometheus, window, {})
    findings = preview_findings([answer])
    assert [(found.code, found.subject) for found in findings] == [
        ("variable-empty", "Faults: variable slot"),
        ("panel-empty", "Faults: Nobody exports this"),
        ("query-refused", "Faults: No PromQL"),
    ]
    assert {found.severity for found in findings} == {Severity.ERROR}
    page = render_preview([answer], window, findings, source="a test")
    assert "Empty, and no reason is declared" in page
    assert "unclosed left parenthesis" in page
    assert "0 of 2 panels show data" in verdict([answer], findings)


def test_a_chosen_value_leaves_the_others_out(
    prometheus: Prometheus, window: Window, server: Target
) -> None:
    answer = ask(OVERVIEW, prometheus, window, {"datname": [server.database]})
    commits = next(each for each in answer.panels if each.panel.title == "Commits")
    names = {series.labels["datname"] for each in commits.answers for series in each.series}
    assert names == {server.database}


def test_the_real_dashboards_are_asked_without_a_refusal(
    prometheus: Prometheus, window: Window
) -> None:
    asked = [ask(board, prometheus, window, {}) for board in BOARDS]
    refused = [f for f in preview_findings(asked) if f.code.endswith("-refused")]
    assert refused == []
    assert sum(panel.has_data for each in asked for panel in each.panels) > 50


def _answer(*series: Series, draw: str = "stacked", legend: str = "{{x}}") -> PanelAnswer:
    query = Query(expr="e", legend=legend)
    panel = Panel(title="", description="", unit="short", queries=(query,), draw=draw)  # type: ignore[arg-type]
    return PanelAnswer(panel=panel, answers=(Answer(query=query, expr="e", series=series),))


def _series(name: str, *values: float) -> Series:
    return Series(labels={"x": name}, points=tuple(enumerate(values)))


def test_smaller_areas_are_drawn_as_one_so_that_the_sum_is_right() -> None:
    answer = _answer(*(_series(f"{n:02}", n, n) for n in range(1, 21)))
    lines, left_out = lines_of(answer, stacked=True)
    assert (len(lines), left_out) == (10, 0)
    assert lines[-1].name == "11 smaller ones"
    assert sum(line.points[0][1] for line in lines) == sum(range(1, 21))


def test_smaller_lines_are_left_out_and_counted() -> None:
    lines, left_out = lines_of(
        _answer(*(_series(f"{n:02}", n) for n in range(1, 21))), stacked=False
    )
    assert ([line.name for line in lines], left_out) == ([f"{n:02}" for n in range(12, 21)], 11)


def test_many_series_of_zeros_are_one_line() -> None:
    answer = _answer(_series("busy", 1), *(_series(f"idle {n}", 0) for n in range(5)))
    lines, _ = lines_of(answer, stacked=False)
    assert [line.name for line in lines] == ["busy", "5 series, all 0"]


@pytest.mark.parametrize(
    ("value", "expected"), [(-1, "good"), (0.5, "good"), (2, "warn"), (9, "bad")]
)
def test_the_highest_threshold_that_is_reached_says_the_colour(value: float, expected: str) -> None:
    thresholds = (
        Threshold(value=0, color="green"),
        Threshold(value=1, color="yellow"),
        Threshold(value=5, color="red"),
    )
    assert tone(value, thresholds) == expected


def test_a_table_joins_its_queries_by_their_labels() -> None:
    panel = Panel(title="", description="", unit="s", queries=(), draw="table")
    columns = [("time", "s", (3.0, 9.0)), ("size", "bytes", (2048.0,)), ("", "", (1.0, 1.0))]
    asked = tuple(
        Answer(
            query=Query(expr="e", legend=heading, unit=unit),
            expr="e",
            series=tuple(_series(name, value) for name, value in zip("ab", values, strict=False)),
        )
        for heading, unit, values in columns
    )
    made = table(PanelAnswer(panel=panel, answers=asked))
    assert (made.labels, made.values) == (("x",), ("time", "size"))
    assert made.rows == ((("b",), ("9 s", "–")), (("a",), ("3 s", "2 KiB")))


def test_bars_are_shares_of_the_longest() -> None:
    made = figures(_answer(_series("a", 1), _series("b", 4), draw="bars"))
    assert [(each.name, each.shown, each.share) for each in made] == [
        ("a", "1", 0.25),
        ("b", "4", 1),
    ]
