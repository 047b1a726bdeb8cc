"""How busy this machine's processors are, whoever it is that uses them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STAT = Path("/proc/stat")
# user, nice, system, idle, iowait, irq, softirq, steal; guests are counted among the users
_FIELDS = 8
_IDLE, _IO_WAIT = 3, 4


class Busy:
    """The share of the processors' time that was used or stolen, known at the end; 0 to 1."""

    share = 0.0


@contextmanager
def watched() -> Iterator[Busy]:
    """Yield what says, afterwards, how busy the processors were meanwhile."""
    found, before = Busy(), _ticks()
    yield found
    passed = [after - then for after, then in zip(_ticks(), before, strict=True)]
    if total := sum(passed):
        found.share = 1 - (passed[_IDLE] + passed[_IO_WAIT]) / total


def _ticks() -> list[int]:
    first = _STAT.read_text(encoding="utf-8").splitlines()[0]
    return [int(field) for field in first.split()[1 : _FIELDS + 1]]
