"""Columns of a chunk, in the forms that COPY reads."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loadgen.data.bits import Ints


def keys(start: int, stop: int) -> Ints:
    """Return the keys of rows [start, stop)."""
    return np.arange(start + 1, stop + 1, dtype=np.int64)


def picked(words: Sequence[str] | pl.Series, index: Ints) -> pl.Series:
    """Return the words at these places."""
    return pl.Series(words, dtype=pl.String).gather(pl.Series(index))


def money(cents: Ints) -> pl.Series:
    """Return whole cents as decimal numbers with two places; exact up to 2^53 cents."""
    return pl.Series(cents / 100).cast(pl.Decimal(18, 2))


def moments(microseconds: Ints) -> pl.Series:
    """Return microseconds since 1970 (UTC), floored to seconds, as timestamps."""
    return pl.Series(microseconds // 1_000_000 * 1_000_000).cast(pl.Datetime("us"))


def days(since_1970: Ints) -> pl.Series:
    """Return numbers of days since 1970 as dates; in a column of timestamps, their first moment."""
    return pl.Series(since_1970).cast(pl.Int32).cast(pl.Date)


def numbered(prefix: str, numbers: Ints, width: int) -> pl.Series:
    """Return texts like `RFQ-00000042`."""
    return prefix + pl.Series(numbers).cast(pl.String).str.zfill(width)


def where(condition: NDArray[np.bool_], values: pl.Series | Ints) -> pl.Series:
    """Return the values, with NULL where the condition does not hold."""
    column = values if isinstance(values, pl.Series) else pl.Series(values)
    return pl.select(pl.when(pl.Series(condition)).then(column)).to_series()


def joined(*parts: pl.Series | str) -> pl.Series:
    """Return texts put together row by row; a NULL in one makes the whole NULL."""
    columns = [pl.lit(part) if isinstance(part, str) else part for part in parts]
    return pl.select(pl.concat_str(columns)).to_series()
