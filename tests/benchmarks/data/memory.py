"""What the client takes for a data set ten times as large: memory at its peak, time per row."""

from collections.abc import Iterator

from b2bench.marker import require_data_set
from tests.benchmarks.laboratory import Laboratory, Line, Usage

_MOST_MIB = 400
_MORE_MEMORY = 1.2
_MORE_TIME = 1.3


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield both profiles and their ratios."""
    used, per_row_us = dict[str, Usage](), dict[str, float]()
    for profile in ("standard", "large"):
        target, usage = laboratory.filled(profile)
        rows = sum(require_data_set(target).rows.values())
        used[profile], per_row_us[profile] = usage, usage.elapsed_s / rows * 1e6
        yield Line(
            what=f"data generate, {profile}: {rows:,} rows",
            measured=f"{usage.elapsed_s:.1f} s, {per_row_us[profile]:.2f} µs a row",
        )
    small, large = used["standard"].peak_mib, used["large"].peak_mib
    yield Line(
        what="client's memory at its peak, large",
        measured=f"{large:.0f} MiB",
        wanted=f"under {_MOST_MIB} MiB",
        met=large < _MOST_MIB,
    )
    yield Line(
        what="large ÷ standard, memory",
        measured=f"{large:.0f} ÷ {small:.0f} MiB = {large / small:.2f}",
        wanted=f"at most {_MORE_MEMORY}",
        met=large / small <= _MORE_MEMORY,
    )
    ratio = per_row_us["large"] / per_row_us["standard"]
    yield Line(
        what="large ÷ standard, time per row",
        measured=f"{ratio:.2f}",
        wanted=f"at most {_MORE_TIME}",
        met=ratio <= _MORE_TIME,
    )
