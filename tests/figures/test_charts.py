"""Charts as SVG."""

import subprocess
import sys

import pytest
from markupsafe import Markup

from b2bench.figures import charts
from b2bench.figures.charts import ClassLatency, Course, Distribution, Interval
from tests.figures.html import Outline

ROWS = [
    ClassLatency(name="find_sku", count=9, p50_ms=0.4, p95_ms=1.2, p99_ms=2.1, target_ms=20),
    ClassLatency(name="$low$ & <x>", count=9, p50_ms=30, p95_ms=120, p99_ms=200, target_ms=100),
    ClassLatency(name="untargeted", count=9, p50_ms=3, p95_ms=3, p99_ms=3, target_ms=None),
]
INTERVALS = [
    Interval(elapsed_s=at, requests_per_s=100, failed_per_s=at % 2, p50_ms=2, p95_ms=9)
    for at in range(5)
]
LINES = [
    Distribution(name="find_sku", points=((0.5, 0.4), (0.9, 1.0), (0.99, 2.1))),
    Distribution(name="rare", points=((0.5, 12.0),)),
]
COURSES = [
    Course(name="run", points=((0, 0.4), (1, 0.5), (2, 900.0))),
    Course(name="simulation", points=((0, 0.3), (2, 890.0))),
]


def drawn() -> dict[str, Markup]:
    return {
        "latency": charts.latency_by_class(ROWS),
        "time": charts.over_time(INTERVALS),
        "distribution": charts.distribution(LINES),
        "courses": charts.courses(COURSES, vertical="p95, ms", marked_s=(1.2, 2.2)),
    }


@pytest.fixture(scope="module")
def svgs() -> dict[str, Markup]:
    return drawn()


@pytest.mark.parametrize("name", ["latency", "time", "distribution", "courses"])
def test_a_chart_is_sound_and_takes_its_colours_from_the_page(
    svgs: dict[str, Markup], name: str
) -> None:
    svg = svgs[name]
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "http" not in svg
    assert "var(--" in svg
    assert "#0102" not in svg
    assert "#0103" not in svg
    assert all(identity.startswith(f"{name}-") for identity in outline.ids)


def test_a_tail_in_which_small_differences_count_begins_at_nought() -> None:
    linear, logarithmic = charts.distribution(LINES, linear=True), charts.distribution(LINES)
    assert ">0<" in linear
    assert ">0<" not in logarithmic


def test_names_stay_text(svgs: dict[str, Markup]) -> None:
    text = Outline(svgs["latency"]).text
    assert "find_sku" in text
    assert "$low$ & <x>" in text
    assert "p95 above target" in text


def test_the_same_figures_give_the_same_bytes(svgs: dict[str, Markup]) -> None:
    assert drawn() == svgs


def test_failures_are_drawn_only_when_there_are_some(svgs: dict[str, Markup]) -> None:
    assert "failed" in Outline(svgs["time"]).text
    quiet = [Interval(elapsed_s=1, requests_per_s=1, failed_per_s=0, p50_ms=1, p95_ms=1)]
    assert "failed" not in Outline(charts.over_time(quiet)).text


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (110, 180, [100, 200]),
        (1, 1, [1]),
        (0.3, 4, [0.2, 0.5, 1, 2, 5]),
        (0.02, 0.02, [0.02]),
        (999, 1001, [500, 1000, 2000]),
    ],
)
def test_an_axis_reaches_from_a_round_number_to_another(
    low: float, high: float, ticks: list[float]
) -> None:
    assert charts._round_numbers(low, high) == ticks


def test_a_run_without_answers_can_still_be_drawn() -> None:
    silent = [Interval(elapsed_s=1, requests_per_s=0, failed_per_s=3, p50_ms=0, p95_ms=0)]
    assert Outline(charts.over_time(silent)).mistakes == []
    assert Outline(charts.distribution([Distribution(name="x", points=())])).mistakes == []


def test_matplotlib_is_not_imported_before_something_is_drawn() -> None:
    program = "import sys, reports.run_page; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
