"""How figures are written for a person: three significant digits, a unit, thousands apart."""

import math

_MS_PER_S = 1000
_S_PER_MIN = 60
_UNITS_S = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_KIB = 1024
_LEAST_PER_CENT = 0.1


def milliseconds(value_ms: float | None) -> str:
    """Return a duration with the unit that suits it.

    >>> [milliseconds(value) for value in (0.0421, 4.2, 421, 4210, None)]
    ['0.042 ms', '4.20 ms', '421 ms', '4.21 s', '–']
    """
    if value_ms is None:
        return "–"
    if value_ms >= _MS_PER_S:
        return f"{significant(value_ms / _MS_PER_S)} s"
    return f"{significant(value_ms)} ms"


def target(value_ms: float | None) -> str:
    """Return a target as it was set, without digits that nobody wrote.

    >>> [target(value) for value in (20.0, 2.5, None)]
    ['20 ms', '2.5 ms', '–']
    """
    return "–" if value_ms is None else f"{value_ms:,.10g} ms"


def counted(value: int, noun: str) -> str:
    """Return a count with its noun.

    >>> [counted(1, "row"), counted(2000, "row"), counted(2, "query class")]
    ['1 row', '2,000 rows', '2 query classes']
    """
    plural = "es" if noun.endswith("s") else "s"
    return f"{value:,} {noun}{'' if value == 1 else plural}"


def significant(value: float) -> str:
    """Return a number with three significant digits, never more than three decimals.

    >>> [significant(value) for value in (0, 0.5, 9.996, 31.62, 12345)]
    ['0', '0.500', '10.0', '31.6', '12,345']
    """
    if value == 0:
        return "0"
    for limit, decimals in ((0.9995, 3), (9.995, 2), (99.95, 1)):
        if abs(value) < limit:
            return f"{value:.{decimals}f}"
    return f"{value:,.0f}"


def number(value: float | None) -> str:
    """Return a count with its thousands apart.

    >>> [number(value) for value in (1234567, 2.5, 3.0, None)]
    ['1,234,567', '2.5', '3', '–']
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def size(value_bytes: float) -> str:
    """Return a size in binary units.

    >>> [size(value) for value in (512, 1536, 8 * 1024**3)]
    ['512 B', '1.50 KiB', '8.00 GiB']
    """
    if value_bytes < _KIB:
        return f"{value_bytes:.0f} B"
    units = ("KiB", "MiB", "GiB", "TiB")
    power = min(int(math.log(value_bytes, _KIB)), len(units))
    return f"{significant(value_bytes / _KIB**power)} {units[power - 1]}"


def share(value: float) -> str:
    """Return a share of one as per cent.

    >>> [share(value) for value in (0, 0.00004, 0.004, 0.5)]
    ['0 %', '< 0.1 %', '0.4 %', '50 %']
    """
    per_cent = value * 100
    if 0 < per_cent < _LEAST_PER_CENT:
        return f"< {_LEAST_PER_CENT} %"
    return f"{per_cent:.1f} %" if 0 < abs(per_cent) < 1 else f"{per_cent:.0f} %"


def span(value_s: float) -> str:
    """Return a span of time as a person says it.

    >>> [span(value) for value in (45, 90, 3600)]
    ['45 s', '1 min 30 s', '60 min']
    """
    minutes, seconds = divmod(round(value_s), _S_PER_MIN)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def age(value_s: float) -> str:
    """Return how long something has been, in the two largest units that say anything.

    >>> [age(value) for value in (0.4, 90, 7_200, 273_600)]
    ['0.4 s', '1 min 30 s', '2 h', '3 d 4 h']
    """
    if value_s < 1:
        return f"{value_s:.1f} s"
    rest, parts = round(value_s), list[str]()
    for unit, unit_s in _UNITS_S:
        count, rest = divmod(rest, unit_s)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(filter(None, parts[:2]))
