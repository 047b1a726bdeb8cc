"""A run over its time."""

from collections.abc import Sequence

import pytest
from markupsafe import Markup

from b2bench.figures.timeline import Band, Interval, Mark, timeline
from tests.figures.html import Outline

INTERVALS = [
    Interval(
        elapsed_s=at + 0.5,
        requests_per_s=1_200,
        failed_per_s=at % 2,
        p50_ms=2,
        p95_ms=9,
        p99_ms=20,
    )
    for at in range(20)
]
BANDS = [Band(name="steady", begin_s=0, end_s=12), Band(name="spike", begin_s=12, end_s=20)]
MARKS = [
    Mark(kind="admin shutdown", elapsed_s=3.5, count=7),
    Mark(kind="deadlock detected", elapsed_s=5.5, count=1),
]


def text_of(svg: Markup) -> str:
    return Outline(svg).text


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = timeline(INTERVALS, BANDS, MARKS)
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    assert "#0103" not in svg
    assert all(identity.startswith("time-") for identity in outline.ids)
    assert timeline(INTERVALS, BANDS, MARKS) == svg


def test_stages_and_failures_are_named() -> None:
    text = text_of(timeline(INTERVALS, BANDS, MARKS))
    for name in ("steady", "spike", "admin shutdown", "deadlock detected", "failed", "p99"):
        assert name in text


def test_failures_are_drawn_only_when_there_are_some() -> None:
    quiet = [Interval(elapsed_s=1, requests_per_s=1, failed_per_s=0, p50_ms=1, p95_ms=1, p99_ms=1)]
    assert "failed" not in text_of(timeline(quiet))


def test_stages_too_narrow_for_their_names_are_numbered() -> None:
    narrow = [Band(name=f"a long name of stage {at}", begin_s=at, end_s=at + 1) for at in range(20)]
    text = text_of(timeline(INTERVALS, narrow))
    assert "a long name" not in text
    assert "17" in text.split()


def test_rare_kinds_of_failures_share_a_row() -> None:
    marks = [Mark(kind=f"kind {at}", elapsed_s=at, count=20 - at) for at in range(9)]
    text = text_of(timeline(INTERVALS, marks=marks))
    assert "kind 4" in text
    assert "kind 5" not in text
    assert "other failures" in text


@pytest.mark.parametrize(
    "intervals",
    [
        [Interval(elapsed_s=1, requests_per_s=0, failed_per_s=3, p50_ms=0, p95_ms=0, p99_ms=0)],
        [],
    ],
)
def test_a_run_without_answers_says_so(intervals: Sequence[Interval]) -> None:
    outline = Outline(timeline(intervals))
    assert outline.mistakes == []
    assert "no answers" in outline.text
