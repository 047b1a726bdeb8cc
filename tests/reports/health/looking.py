"""One check at a time, on a real server."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from b2bench.database import reading
from b2bench.findings import Finding
from b2bench.target import Target
from reports.health.checks import Check
from reports.health.health import Health, Look, take_health
from reports.health.sight import Sight
from reports.health.thresholds import Limit, Thresholds

T = TypeVar("T")
DEFAULT = Thresholds()
ANYTHING = Limit(warning=0)
_PATIENCE_S = 20


def look(target: Target, check: Look, thresholds: Thresholds = DEFAULT) -> list[Check]:
    """Return what a check says, by a session that can only read."""
    with reading(target) as connection:
        return list(check(Sight(connection), thresholds))


def whole(target: Target, thresholds: Thresholds = DEFAULT) -> Health:
    """Return the whole page; a lock is not waited for long."""
    with reading(target, lock_timeout_s=0.2) as connection:
        return take_health(connection, target="here", thresholds=thresholds, since_s=60, names=dict)


def found(checks: Sequence[Check], code: str, subject: str = "") -> Finding:
    """Return the one finding with this code about a subject."""
    all_ = [each for check in checks for each in check.findings]
    (one,) = [each for each in all_ if each.code == code and subject in each.subject]
    return one


def codes(checks: Sequence[Check], subject: str = "") -> set[str]:
    """Return the codes of everything that was found about a subject."""
    return {each.code for check in checks for each in check.findings if subject in each.subject}


def named(checks: Sequence[Check], name: str) -> Check:
    """Return the one check of this name."""
    (one,) = [each for each in checks if each.name == name]
    return one


def until(look_again: Callable[[], T | None]) -> T:
    """Wait until there is something."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while (seen := look_again()) is None:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    return seen
