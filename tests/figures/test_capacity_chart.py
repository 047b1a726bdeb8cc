"""Charts of a capacity."""

import pytest
from markupsafe import Markup

from b2bench.figures.capacity_chart import (
    ClassLine,
    Expected,
    Latencies,
    SessionsPoint,
    Throughput,
    latency_over_rate,
    throughput_over_sessions,
)
from tests.figures.html import Outline

POINTS = [SessionsPoint(sessions=each, per_s=each * 90, half=9) for each in (1, 2, 4)]
CURVE = [
    Expected(sessions=each, per_s=each * 90, low=each * 80, high=each * 100) for each in (1, 4, 8)
]
LINES = [
    ClassLine(name="$low$ & <x>", points=((100, 20), (200, 140)), broke=True),
    ClassLine(name="find_sku", points=((100, 2), (200, 9))),
]


def drawn() -> dict[str, Markup]:
    return {
        "throughput": throughput_over_sessions(
            Throughput(
                points=POINTS,
                law=CURVE,
                one_session=90,
                predicted=CURVE[-1],
                held_out=SessionsPoint(sessions=8, per_s=650),
                capacity_per_s=300,
            )
        ),
        "latency-over-rate": latency_over_rate(
            Latencies(lines=LINES, unit="p95, ms", limit=100, held=100, broke=200)
        ),
    }


@pytest.fixture(scope="module")
def svgs() -> dict[str, Markup]:
    return drawn()


@pytest.mark.parametrize("name", ["throughput", "latency-over-rate"])
def test_a_chart_is_sound_and_takes_its_colours_from_the_page(
    svgs: dict[str, Markup], name: str
) -> None:
    outline = Outline(svgs[name])
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svgs[name]
    assert all(identity.startswith(f"{name}-") for identity in outline.ids)


def test_the_same_figures_give_the_same_bytes(svgs: dict[str, Markup]) -> None:
    assert drawn() == svgs


def test_the_class_that_broke_first_is_named_as_it_is(svgs: dict[str, Markup]) -> None:
    assert "$low$ & <x> (broke first)" in Outline(svgs["latency-over-rate"]).text


def test_the_law_is_drawn_only_where_there_is_one(svgs: dict[str, Markup]) -> None:
    assert "its 95 % interval" in Outline(svgs["throughput"]).text
    doubtful = [SessionsPoint(sessions=8, per_s=80, used=False)]
    bare = Outline(throughput_over_sessions(Throughput(points=[*POINTS, *doubtful]))).text
    assert "not used for the law" in bare
    assert "its 95 % interval" not in bare
    assert "held out" not in bare
