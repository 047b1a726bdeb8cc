"""Figures are written as Grafana writes them."""

import doctest

from dashboards import legend, units
from dashboards.units import scale_of


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(units).failed == 0
    assert doctest.testmod(legend).failed == 0


def test_an_axis_has_one_suffix() -> None:
    scale = scale_of("bytes", 3 * 2**20)
    assert [scale.shown(value) for value in (2**19, 2**20, 3 * 2**20)] == [
        "0.500 MiB",
        "1 MiB",
        "3 MiB",
    ]


def test_what_falls_is_scaled_by_its_size() -> None:
    assert scale_of("s", -0.002).shown(-0.002) == "-2 ms"
