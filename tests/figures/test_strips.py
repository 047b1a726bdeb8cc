"""The strip plot of many arguments."""

from b2bench.figures.strips import Dot, Strip, StripKey, strips
from tests.figures.html import Outline

KEY = StripKey(
    axis="blocks",
    series=("first plan", "second plan", "third plan", "further plans"),
    middle="median",
    worst="worst",
    other="unknown arguments",
    cut="stopped",
)
ROWS = [
    Strip(
        name="find_sku",
        dots=tuple(Dot(value=value, series=value % 2) for value in (3, 3, 4, 900)),
        middle=3,
        worst=900,
        others=(1_200,),
    ),
    Strip(name="<b> $x$", dots=(Dot(value=0, series=0), Dot(value=7, series=9)), middle=7, worst=7),
    Strip(name="silent", dots=(), middle=None, worst=None, cut=3),
]


def test_it_is_sound_and_takes_its_colours_from_the_page() -> None:
    svg = strips(ROWS, KEY, name="sweep")
    outline = Outline(svg)
    assert outline.mistakes == []
    assert outline.fetched == []
    assert "#0102" not in svg
    assert all(identity.startswith("sweep-") for identity in outline.ids)
    for said in ("find_sku", "<b> $x$", "silent", "1,000", *words(KEY)):
        assert said in outline.text
    assert "third plan" not in outline.text
    assert strips(ROWS, KEY, name="sweep") == svg


def words(key: StripKey) -> tuple[str, ...]:
    used = (key.series[0], key.series[1], key.series[3])
    return (key.axis, *used, key.middle, key.worst, key.other, key.cut)


def test_marks_that_no_row_has_are_not_in_the_legend() -> None:
    text = Outline(strips(ROWS[1:2], KEY, name="sweep")).text
    assert "unknown arguments" not in text
    assert "stopped" not in text
