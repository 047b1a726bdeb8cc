"""Entity-relationship diagrams as SVG."""

import re
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree as ET

from b2bench.figures.entities import Entity, Relation, Row
from b2bench.figures.entity_drawing import TONES, draw
from tests.figures.test_entities import CIRCLE, SHOP, diagram, names, table, without_rows

STYLE = (files("b2bench.figures") / "entities.css").read_text()


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (our own text)


def texts(svg: str) -> list[str]:
    root = parsed(svg)
    return [found.text or "" for found in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_is_sound_and_fetches_nothing() -> None:
    for given in (SHOP, without_rows(SHOP), CIRCLE):
        svg = draw(given)
        parsed(svg)
        assert re.findall(r"(?:href|src|url)\W", svg) == []
        assert svg.count("http") == 1


def test_words_are_text_that_can_be_selected_and_read_aloud() -> None:
    svg = draw(SHOP)
    assert {"cart_line", "variant_id", "bigint", "PK", "primary key"} <= set(texts(svg))
    root = parsed(svg)
    labels = root.attrib["aria-labelledby"].split()
    found = {each.attrib.get("id"): each.text or "" for each in root}
    assert root.attrib["role"] == "img"
    assert "cart_line names variant" in found[labels[1]]


def test_names_cannot_break_out_of_the_picture() -> None:
    odd = Entity(name="<a&b>", rows=(Row(name='"x"', type="<script>", marks=("PK",)),), note="<!--")
    svg = draw(replace(SHOP, title="a & b", entities=(odd,), relations=()))
    assert {"<a&b>", '"x"', "<script>", "a & b"} <= set(texts(svg))


def test_the_ends_say_how_many_and_dashes_that_there_may_be_none() -> None:
    many = names("line", "cart")
    given = [table("cart"), table("line", "cart")]
    foot = r'class="end" d="M[^"]+v10M[^"]+L[^"]+L'
    assert re.search(foot, draw(diagram(*given, relations=[many])))
    single = draw(diagram(*given, relations=[replace(many, single=True)]))
    assert not re.search(foot, single)
    assert "at most one names it" in texts(single)
    assert "way optional" not in single
    assert "way optional" in draw(diagram(*given, relations=[replace(many, optional=True)]))


def test_the_legend_explains_only_what_is_there() -> None:
    words = set(texts(draw(diagram(table("alone"), relations=[]))))
    assert "primary key" in words
    assert not words & {"foreign key", "unique", "may be NULL", "may name none"}


def test_every_tone_has_a_colour_in_the_light_and_in_the_dark() -> None:
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)")
    for tone in range(TONES):
        for style in (light, dark):
            assert f".tone-{tone} .tint" in style
            assert f".line.tone-{tone} path" in style


def test_a_pointer_over_a_line_is_told_what_it_is() -> None:
    note = "line (cart_id) names cart (id), ON DELETE CASCADE"
    relation = Relation(
        child="line", parent="cart", child_rows=("cart_id",), parent_rows=("id",), note=note
    )
    svg = draw(diagram(table("cart"), table("line", "cart"), relations=[relation]))
    assert f"<title>{note}</title>" in svg


def test_the_same_diagram_gives_the_same_bytes() -> None:
    assert draw(SHOP) == draw(SHOP)
