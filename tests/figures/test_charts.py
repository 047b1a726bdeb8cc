"""Charts as SVG."""

import subprocess
import sys

import pytest
from markupsafe import Markup

from b2bench.figures import canvas, charts
from b2bench.figures.charts import ClassLatency, Distribution
from tests.figures.html import Outline

ROWS = [
    ClassLatency(name="find_sku", count=9, p50_ms=0.4, p95_ms=1.2, p99_ms=2.1, target_ms=20),
    ClassLatency(name="$low$ & <x>", count=9, p50_ms=30, p95_ms=120, p99_ms=200, target_ms=100),
    ClassLatency(name="untargeted", count=9, p50_ms=3, p95_ms=3, p99_ms=3, target_ms=None),
]
LINES = [
    Distribution(name="find_sku", points=((0.5, 0.4), (0.9, 1.0), (0.99, 2.1))),
    Distribution(name="rare", points=((0.5, 12.0),)),
]


def drawn() -> dict[str, Markup]:
    return {
        "latency": charts.latency_by_class(ROWS),
        "distribution": charts.distribution(LINES),
    }


@pytest.fixture(scope="module")
def svgs() -> dict[str, Markup]:
    return drawn()


@pytest.mark.parametrize("name", ["latency", "distribution"])
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


def test_names_stay_text(svgs: dict[str, Markup]) -> None:
    text = Outline(svgs["latency"]).text
    assert "find_sku" in text
    assert "$low$ & <x>" in text
    assert "p95 above target" in text


def test_the_same_figures_give_the_same_bytes(svgs: dict[str, Markup]) -> None:
    assert drawn() == svgs


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
    assert canvas.round_numbers(low, high) == ticks


def test_the_quantiles_reach_as_far_as_the_figures_do() -> None:
    rare = [Distribution(name="often", points=((0.5, 1.0), (0.999, 3.0), (0.99995, 9.0)))]
    text = Outline(charts.distribution(rare)).text
    assert "p99.999" in text
    assert "p99.99" not in Outline(charts.distribution(LINES)).text


def test_many_values_above_each_other_are_marked_at_powers_of_ten() -> None:
    steep = [Distribution(name="steep", points=((0.5, 0.3), (0.99, 4_000.0)))]
    text = Outline(charts.distribution(steep)).text.split()
    assert {"1", "10", "1,000"} <= set(text)
    assert "200" not in text


def test_a_distribution_without_points_can_still_be_drawn() -> None:
    assert Outline(charts.distribution([Distribution(name="x", points=())])).mistakes == []


def test_matplotlib_is_not_imported_before_something_is_drawn() -> None:
    program = "import sys, reports.run_page; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
