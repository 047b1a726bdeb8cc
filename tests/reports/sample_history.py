"""Histories of the gate: what a file has after many runs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reports.gate_history import append_history
from tests.reports.gate_samples import compared, step, verdict

BEGAN = datetime(2026, 6, 1, 8, tzinfo=UTC)


def write_history(path: Path, **blocks: Sequence[int]) -> None:
    """Add a run a day: the blocks of each query class.

    Args:
        path: of the file.
        blocks: by query class, as many for each.
    """
    for day, counts in enumerate(zip(*blocks.values(), strict=True)):
        classes = (
            compared(query, step(query, count, count))
            for query, count in zip(blocks, counts, strict=True)
        )
        append_history(path, verdict(*classes), commit_of(day), BEGAN + timedelta(days=day))


def commit_of(day: int) -> str:
    """Return the commit that was judged on a day, counted from 0."""
    return f"{day:04}" * 10
