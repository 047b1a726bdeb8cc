"""Figures as a person reads them."""

import doctest

import pytest

from b2bench.figures import notation


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(notation).failed == 0


@pytest.mark.parametrize(
    ("value_ms", "shown"),
    [(0.9999, "1.00 ms"), (9.9999, "10.0 ms"), (99.99, "100 ms"), (999.4, "999 ms"), (0.0, "0 ms")],
)
def test_rounding_up_does_not_add_a_digit(value_ms: float, shown: str) -> None:
    assert notation.milliseconds(value_ms) == shown


def test_a_negative_share_keeps_its_sign() -> None:
    assert notation.share(-0.2) == "-20 %"
