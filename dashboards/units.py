"""Figures as Grafana writes them, by Grafana's names of units."""

from collections.abc import Mapping
from dataclasses import dataclass

from b2bench.figures.notation import significant

_WHOLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """So many of the unit are one of what is written behind the number."""

    factor: float
    suffix: str

    def shown(self, value: float) -> str:
        """Return a value with the suffix, three significant digits, whole numbers whole."""
        scaled = value / self.factor
        is_whole = abs(scaled - round(scaled)) < _WHOLE * max(1, abs(scaled))
        number = f"{scaled:,.0f}" if is_whole else significant(scaled)
        return f"{number}{self.suffix}"


def _scales(*steps: tuple[float, str]) -> tuple[Scale, ...]:
    return tuple(Scale(factor=factor, suffix=suffix) for factor, suffix in steps)


def _powers(base: int, *suffixes: str) -> tuple[Scale, ...]:
    return _scales(*((float(base) ** power, suffix) for power, suffix in enumerate(suffixes)))


def _counted(noun: str) -> tuple[Scale, ...]:
    behind = f" {noun}" if noun else ""
    return _powers(1000, behind, f" K{behind}", f" Mil{behind}", f" Bil{behind}", f" Tri{behind}")


def _time(second: float) -> tuple[Scale, ...]:
    below = ((1e-9, " ns"), (1e-6, " µs"), (1e-3, " ms"), (1.0, " s"))
    above = ((60.0, " min"), (3600.0, " h"), (86_400.0, " d"))
    return _scales(*((factor * second, suffix) for factor, suffix in (*below, *above)))


# from the smallest to the largest
_UNITS: Mapping[str, tuple[Scale, ...]] = {
    "s": _time(1),
    "ms": _time(1000),
    "bytes": _powers(1024, " B", " KiB", " MiB", " GiB", " TiB", " PiB"),
    "decbytes": _powers(1000, " B", " kB", " MB", " GB", " TB", " PB"),
    "Bps": _powers(1000, " B/s", " kB/s", " MB/s", " GB/s", " TB/s"),
    "binBps": _powers(1024, " B/s", " KiB/s", " MiB/s", " GiB/s", " TiB/s"),
    "percentunit": _scales((0.01, " %")),
    "percent": _scales((1, " %")),
    "none": _scales((1, "")),
    "short": _counted(""),
    "reqps": _counted("req/s"),
    "ops": _counted("ops/s"),
    "rps": _counted("rd/s"),
    "wps": _counted("wr/s"),
    "iops": _counted("io/s"),
    "cps": _counted("c/s"),
}
# what stands behind 0, and what smaller figures than any scale's are written in
_BASE = {"s": 3, "ms": 2}


def scale_of(unit: str, largest: float) -> Scale:
    """Return the scale in which figures up to this one are written.

    >>> scale_of("bytes", 3e6).suffix, scale_of("s", 0.25).suffix, scale_of("s", 0).suffix
    (' MiB', ' ms', ' s')
    """
    scales = _UNITS.get(unit) or _scales((1, f" {unit}" if unit else ""))
    if largest == 0:
        return scales[_BASE.get(unit, 0)]
    reached = [scale for scale in scales if abs(largest) >= scale.factor * (1 - _WHOLE)]
    return reached[-1] if reached else scales[0]


def formatted(value: float, unit: str) -> str:
    """Return a figure with its unit.

    >>> [formatted(value, "s") for value in (0, 0.00042, 0.25, 90, 7200)]
    ['0 s', '420 µs', '250 ms', '1.50 min', '2 h']
    >>> formatted(1536, "bytes"), formatted(1234, "reqps"), formatted(0.985, "percentunit")
    ('1.50 KiB', '1.23 K req/s', '98.5 %')
    >>> formatted(12_500_000, "short"), formatted(3, "widgets"), formatted(5, "none")
    ('12.5 Mil', '3 widgets', '5')
    """
    return scale_of(unit, value).shown(value)
