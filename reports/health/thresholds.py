"""From which figure on something deserves a look, and from which it is wrong, with reasons."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec

from b2bench.errors import BadInput
from b2bench.findings import Severity

_MIB = 1 << 20
_GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From which figure on it is a warning, and from which an error; `None` for never."""

    warning: float
    error: float | None = None

    def severity(self, figure: float) -> Severity | None:
        """Return how bad a figure is, `None` for a good one.

        >>> [Limit(warning=2, error=10).severity(figure) for figure in (1, 2, 10)]
        [None, <Severity.WARNING: 'warning'>, <Severity.ERROR: 'error'>]
        """
        if self.error is not None and figure >= self.error:
            return Severity.ERROR
        return Severity.WARNING if figure >= self.warning else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """All limits; `_share` is of one, `_s` seconds, `_per_day` takes a shorter span for a day."""

    # an application that restarts takes its sessions twice for a while
    connections_share: Limit = Limit(warning=0.8, error=0.95)
    # what is not in shared buffers may still be in the system's cache, so it is never an error
    cache_misses_share: Limit = Limit(warning=0.05)
    # fewer are mostly the catalogue's
    cache_blocks_least: float = 100_000
    # each requested one writes full pages sooner than the clock would have it
    checkpoints_requested_share: Limit = Limit(warning=0.5)
    checkpoints_least: float = 10
    deadlocks_per_day: Limit = Limit(warning=1)
    temp_bytes_per_day: Limit = Limit(warning=10 * _GIB)
    # VACUUM removes nothing that died after the oldest one began
    transaction_s: Limit = Limit(warning=300, error=3600)
    # it holds its locks while nobody works
    idle_in_transaction_s: Limit = Limit(warning=60, error=600)
    prepared_transaction_s: Limit = Limit(warning=300, error=3600)
    # below, it is the usual give and take of writers
    blocked_s: Limit = Limit(warning=5, error=60)
    # at once autovacuum's own threshold it has a minute to come, and other tables to do
    dead_rows_of_threshold: Limit = Limit(warning=2, error=10)
    # reading fewer costs nothing that anybody feels
    dead_rows_least: float = 10_000
    # of the 2^31 at which the server refuses to write; autovacuum comes at a tenth
    freeze_age_share: Limit = Limit(warning=0.25, error=0.5)
    # estimates err by a third, so only what is more than half empty is said
    bloat_share: Limit = Limit(warning=0.5)
    bloat_bytes_least: float = 64 * _MIB
    # a report of every night has been seen after a day, one of every month has not
    unused_index_counted_s_least: float = 86_400
    # a table that nobody reads says nothing about its indexes
    unused_index_reads_least: float = 1_000
    unused_index_bytes_least: float = _MIB
    standby_behind_bytes: Limit = Limit(warning=128 * _MIB, error=_GIB)
    standby_behind_s: Limit = Limit(warning=30, error=300)
    # an inactive slot is always a warning; the WAL that it holds fills the disk in the end
    inactive_slot_bytes: Limit = Limit(warning=0, error=_GIB)
    sequence_share: Limit = Limit(warning=0.7, error=0.9)
    # now and then is no matter: statements that were forgotten once an hour are missed
    evictions_per_day: Limit = Limit(warning=24)
    slow_statement_ms: Limit = Limit(warning=1_000)


def read_thresholds(path: Path) -> Thresholds:
    """Read a file of thresholds; what it does not name stays as it is by default.

    Raises:
        BadInput: it cannot be read, or names or says something that is none.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return _checked(found)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(f"{path} holds no thresholds: {error}: see docs/health.md") from error
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def _checked(found: Mapping[str, object]) -> Thresholds:
    names = [each.name for each in fields(Thresholds)]
    if unknown := sorted(found.keys() - set(names)):
        raise BadInput(f"there is no threshold {unknown[0]!r}: choose of {', '.join(names)}")
    for name, value in found.items():
        _require_limit(name, value)
    return msgspec.convert(found, Thresholds)


def _require_limit(name: str, value: object) -> None:
    """Check what the types do not say: names within a limit, and that numbers are some."""
    parts = value if isinstance(value, dict) else {"warning": value}
    if unknown := sorted(parts.keys() - {"warning", "error"}):
        raise BadInput(f"{name} has no {unknown[0]!r}: write {{ warning = …, error = … }}")
    for number in parts.values():
        if isinstance(number, int | float) and not 0 <= number < math.inf:
            raise BadInput(f"{name} is a number, 0 or more, and not {number:g}")
