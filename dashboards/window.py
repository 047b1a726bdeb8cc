"""The time that is looked at, and what Grafana calls its parts in expressions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

# a line has no more points than its drawing can show
_POINTS_MOST = 200
# Grafana's factor: a rate needs two samples, whatever the scrapes' delay
_SCRAPES_IN_A_RATE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when, in Unix time, of a Prometheus that scrapes every `interval_s`."""

    begin_s: float
    end_s: float
    interval_s: float

    @property
    def range_s(self) -> float:
        """How long it is."""
        return self.end_s - self.begin_s

    @property
    def step_s(self) -> float:
        """The distance of two points of a line: so many scrapes."""
        return self.interval_s * max(1, math.ceil(self.range_s / _POINTS_MOST / self.interval_s))

    @property
    def values(self) -> Mapping[str, str]:
        """Grafana's own variables."""
        rate_s = max(self.step_s + self.interval_s, _SCRAPES_IN_A_RATE * self.interval_s)
        return {
            "__interval": f"{self.step_s:.0f}s",
            "__interval_ms": f"{self.step_s * 1000:.0f}",
            "__rate_interval": f"{rate_s:.0f}s",
            "__range": f"{max(self.range_s, 1):.0f}s",
            "__range_s": f"{max(self.range_s, 1):.0f}",
            "__range_ms": f"{max(self.range_s, 1) * 1000:.0f}",
        }
