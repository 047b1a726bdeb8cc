"""Several runs over their time."""

from b2bench.figures.courses import Course, Happening, courses
from tests.figures.html import Outline

LINES = [
    Course(name="run", points=((0, 0.4), (1, 0.5), (2, 900.0))),
    Course(name="simulation", points=((0, 0.3), (2, 890.0))),
]
LOCK = Happening(name="lock held", begin_s=1.2, end_s=2.2)


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = courses(LINES, LOCK, vertical="p95, ms")
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    assert "#0103" not in svg
    assert all(identity.startswith("courses-") for identity in outline.ids)


def test_runs_and_the_happening_are_named() -> None:
    text = Outline(courses(LINES, LOCK, vertical="p95, ms")).text
    for name in ("run", "simulation", "lock held", "p95, ms"):
        assert name in text
