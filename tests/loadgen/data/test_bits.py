"""Bits of single cells, and arithmetic that has to be exact."""

import doctest
from itertools import pairwise

import numpy as np
import pytest

from loadgen.data import bits
from loadgen.data.skew import laws, page


def test_single_cells_have_the_bits_of_the_whole_column() -> None:
    """NumPy makes stretches; far apart, the rounds of Philox are ours."""
    column = bits.raw(7, "test", 0, 5_000)
    near, far = np.arange(300, 900), np.asarray([4_999, 0, 1, 2, 3, 4, 2_500])
    assert (bits.raw_at(7, "test", near) == column[near]).all()
    assert (bits.raw_at(7, "test", far) == column[far]).all()
    assert len(bits.raw_at(7, "test", np.zeros(0, dtype=np.int64))) == 0


def test_a_cell_far_beyond_any_table_is_made_alone() -> None:
    row = 10**12 + 3
    apart = np.asarray([0, row])
    assert bits.raw_at(7, "test", apart)[1] == bits.raw(7, "test", row, row + 1)[0]


@pytest.mark.parametrize("largest", [10, 10**11])
def test_shares_are_exact_whether_products_fit_or_not(largest: int) -> None:
    """Beside a weight of 10^11 the products are longer than 64 bits."""
    weights, total = [1, 2, 3, largest], 2_000_000_000
    bounds = [sum(weights[:end]) * total // sum(weights) for end in range(len(weights) + 1)]
    shares = bits.allotted(total, np.asarray(weights, dtype=np.int64))
    assert shares.tolist() == [stop - start for start, stop in pairwise(bounds)]


@pytest.mark.parametrize("module", [laws, page])
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
