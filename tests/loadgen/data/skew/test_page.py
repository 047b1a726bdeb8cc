"""The page of a data set's skew."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from b2bench.marker import DataSet, read_data_set
from b2bench.provenance import provenance
from b2bench.target import Target
from loadgen.data.skew import Demand, Skew, demands, skews
from loadgen.data.skew.page import render_skew_page, skew_verdict
from tests.figures.html import assert_offline_and_sound
from tests.postgres import new_database

Measured = tuple[DataSet, tuple[Skew, ...], tuple[Demand, ...]]


@pytest.fixture(scope="module")
def measured(server: Target, shop_template: Target) -> Iterator[Measured]:
    with (
        new_database(server, template=shop_template.database) as target,
        psycopg.connect(target.conninfo) as connection,
    ):
        data_set = read_data_set(connection)
        assert data_set is not None
        yield data_set, skews(connection, data_set), demands(connection, data_set)


def test_the_page_is_sound_and_names_every_skew(measured: Measured) -> None:
    data_set, found, wanted = measured
    outline = assert_offline_and_sound(render_skew_page(*measured))
    for skew in found:
        # in the picture and in the table
        assert outline.text.count(skew.name) >= 2
        assert skew.law in outline.text
    for demand in wanted:
        assert demand.name in outline.text
    assert data_set.sha256 in outline.text
    assert f"All {len(found)} skews are as declared." in outline.text


def test_a_skew_that_is_not_as_declared_is_named_in_the_verdict(measured: Measured) -> None:
    data_set, found, wanted = measured
    broken = (replace(found[0], distance=1.0), *found[1:])
    page = render_skew_page(data_set, broken, wanted)
    text = assert_offline_and_sound(page).text
    assert f"1 of {len(found)} skews is not as declared: {found[0].name}." in text
    assert '<p class="verdict bad">' in page
    assert text.count("outside") >= 2
    assert "outside" not in assert_offline_and_sound(render_skew_page(*measured)).text


def test_the_verdict_counts(measured: Measured) -> None:
    _, found, _ = measured
    broken = (*(replace(skew, distance=1.0) for skew in found[:2]), *found[2:])
    names = f"{found[0].name}, {found[1].name}"
    assert skew_verdict(broken) == f"2 of {len(found)} skews are not as declared: {names}."


def test_the_page_says_where_it_comes_from(measured: Measured, shop: Target) -> None:
    data_set, found, wanted = measured
    used = replace(data_set, last_run="20260601T120000Z-mixed")
    with psycopg.connect(shop.conninfo) as connection:
        page = render_skew_page(used, found, wanted, provenance(connection))
    text = assert_offline_and_sound(page).text
    assert "Where these figures come from" in text
    assert "20260601T120000Z-mixed" in text


def test_the_same_figures_give_the_same_bytes(measured: Measured) -> None:
    assert render_skew_page(*measured) == render_skew_page(*measured)
