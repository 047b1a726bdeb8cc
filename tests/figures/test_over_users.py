"""A measure over the number of users, as SVG."""

from markupsafe import Markup

from b2bench.figures.over_users import Line, Measure, Point, over_users
from tests.figures.html import Outline


def drawn() -> Markup:
    points = tuple(
        Point(users=users, middle=users, least=users - 1, most=users + 1) for users in (10, 500)
    )
    lines = (Line(label="direct", points=points), Line(label="<pooled>", points=points[:1]))
    empty = (Line(label="direct", points=()), Line(label="<pooled>", points=()))
    return over_users(
        [
            Measure(title="requests per second", lines=lines),
            Measure(title="p95, ms", lines=lines, logarithmic=True),
            Measure(title="memory, MiB", lines=empty),
        ]
    )


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = drawn()
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "var(--series-2)" in svg
    assert "#0102" not in svg
    for said in ("requests per second", "p95, ms", "<pooled>", "500"):
        assert said in outline.text


def test_the_same_figures_give_the_same_bytes() -> None:
    assert drawn() == drawn()
