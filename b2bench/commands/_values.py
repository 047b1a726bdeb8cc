"""What a setting's text means; each reader raises ValueError with what to write instead."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from b2bench.errors import BadInput
from b2bench.runs import Arrival

T = TypeVar("T")
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
_LONGEST_S = 24 * 3600.0
_HIGHEST_RATE = 1_000_000.0
_LONGEST_IDENTIFIER = 63
_LARGEST_FACTOR = 1_000


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers.

    >>> whole(1, 10)("7")
    7
    """

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"write a whole number from {least:,} to {most:,}")
        return int(text)

    return read


def duration_s(text: str) -> float:
    """Return a duration in seconds, above 0 and no longer than a day.

    >>> [duration_s(text) for text in ("30", "30s", "2m", "1.5h")]
    [30.0, 30.0, 120.0, 5400.0]
    """
    seconds = _seconds(text)
    if not 0 < seconds <= _LONGEST_S:
        raise ValueError("write a duration above 0 and up to 24h, such as 30s, 2m or 1h")
    return seconds


def pause_s(text: str) -> float:
    """Return a duration in seconds that may be none at all.

    >>> pause_s("0")
    0.0
    """
    seconds = _seconds(text)
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError("write a duration from 0 to 24h, such as 0, 5s or 500ms")
    return seconds


def _seconds(text: str) -> float:
    match = _DURATION.fullmatch(text)
    return float(match["number"]) * _SECONDS[match["unit"]] if match else -1.0


def factor(text: str) -> Decimal:
    """Return a factor, without the zeros at its end.

    >>> factor("2.50"), factor("10")
    (Decimal('2.5'), Decimal('10'))
    """
    # a Decimal, so that 0.1 of 10,000 rows are 1,000
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", text, re.ASCII) or not (
        0 < Decimal(text) <= _LARGEST_FACTOR
    ):
        raise ValueError(
            f"write a factor above 0 and up to {_LARGEST_FACTOR:,}, such as 0.5 or 2.5"
        )
    return Decimal(f"{Decimal(text).normalize():f}")


def rate(text: str) -> float:
    """Return requests per second.

    >>> rate("250")
    250.0
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    # not a number fails the comparison, too
    if not 0 < value <= _HIGHEST_RATE:
        raise ValueError(f"write requests per second above 0 and up to {_HIGHEST_RATE:,.0f}")
    return value


def percentage(text: str) -> float:
    """Return a share written as per cent, with or without its sign.

    >>> percentage("5%"), percentage("0.5 %"), percentage("20")
    (0.05, 0.005, 0.2)
    """
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?) ?%?", text, re.ASCII)
    if not match:
        raise ValueError("write per cent, such as 5% or 0.5%")
    return float(match[1]) / 100


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of some words.

    >>> one_of("direct", "pgbouncer")("direct")
    'direct'
    """

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"write {' or '.join(words)}")
        return text

    return read


def counts(least: int, most: int) -> Callable[[str], tuple[int, ...]]:
    """Return a reader of whole numbers with commas between them, in rising order.

    >>> counts(1, 100)("50,10")
    (10, 50)
    """
    read_one = whole(least, most)

    def read(text: str) -> tuple[int, ...]:
        try:
            return tuple(sorted({read_one(part.strip()) for part in text.split(",")}))
        except ValueError as error:
            raise ValueError(f"{error}, or several with commas between them") from None

    return read


def arrivals(text: str) -> Arrival:
    """Return how an open model spaces its requests."""
    if text == "poisson":
        return "poisson"
    if text == "regular":
        return "regular"
    raise ValueError("write poisson or regular")


def word(text: str) -> str:
    """Return a text that says something."""
    if not text.strip() or "\0" in text:
        raise ValueError("write a text that is not empty")
    return text


def identifier(text: str) -> str:
    """Return the name of a database."""
    if not 0 < len(text.encode()) <= _LONGEST_IDENTIFIER or "\0" in text:
        raise ValueError(f"write a name of 1 to {_LONGEST_IDENTIFIER} bytes")
    return text


def path(text: str) -> Path:
    """Return a path, `~` resolved."""
    if not text or "\0" in text:
        raise ValueError("write a path")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("write a path, its home folder is not known") from error


def option(name: str, text: str, read: Callable[[str], T]) -> T:
    """Return what the text of a command's own option means.

    Raises:
        BadInput: it cannot be read; the message says what to write instead.
    """
    try:
        return read(text)
    except ValueError as error:
        raise BadInput(f"{name} {text!r}: {error}") from None
