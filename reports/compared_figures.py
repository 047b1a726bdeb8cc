"""Figures of a query class in two runs side by side, and what they say together."""

from dataclasses import dataclass
from typing import Literal

from b2bench.figures.notation import milliseconds, significant
from reports.significance import ALPHA, Ratio

_LEAST_P = 0.001

Name = Literal["mean", "p50", "p95", "p99", "throughput"]
Verdict = Literal["slower", "faster", "~"]
# all the work, what most requests see, and what targets are set for: the median stands still
# where a noisy machine moves the mean, and misses what makes few requests slow
DECISIVE: tuple[Name, ...] = ("mean", "p50", "p95")
# a percentile of fewer requests is their largest or next to it
LEAST_REQUESTS: dict[Name, int] = {
    "mean": 1,
    "p50": 5,
    "p95": 20,
    "p99": 100,
    "throughput": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of both runs.

    Args:
        baseline: milliseconds, or requests per second; `None` where nothing was answered.
        ratio: candidate over baseline; `None` where there are too few samples to say more.
        samples: the smaller number of samples of the two sides.
    """

    name: Name
    baseline: float | None
    candidate: float | None
    ratio: Ratio | None
    samples: int

    @property
    def decides(self) -> bool:
        """Whether the verdict depends on it."""
        return self.name in DECISIVE

    @property
    def plain_ratio(self) -> float | None:
        """Candidate over baseline, as the samples say it, else as the whole runs do."""
        if self.ratio is not None:
            return self.ratio.ratio
        return self.candidate / self.baseline if self.baseline and self.candidate else None

    @property
    def moved(self) -> str:
        """Both figures, `2.31 → 2.40 ms`."""
        if self.name == "throughput":
            return f"{_plain(self.baseline)} → {_plain(self.candidate)}/s"
        return f"{milliseconds(self.baseline)} → {milliseconds(self.candidate)}"

    @property
    def ratio_shown(self) -> str:
        """The ratio with its interval, `×1.21 (1.15–1.27)`."""
        if self.plain_ratio is None:
            return "–"
        if self.ratio is None:
            return f"×{self.plain_ratio:.2f} (n={max(1, self.samples)})"
        return f"×{self.ratio.ratio:.2f} ({self.ratio.low:.2f}–{self.ratio.high:.2f})"


def _plain(value: float | None) -> str:
    return "–" if value is None else significant(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A query class, or the whole run, in both runs.

    Args:
        failed: share of the requests that failed, of the baseline and of the candidate.
    """

    name: str
    requests: tuple[int, int]
    failed: tuple[float, float]
    figures: tuple[Figure, ...]

    def figure(self, name: Name) -> Figure:
        """Return a figure by its name."""
        return next(each for each in self.figures if each.name == name)

    @property
    def decisive(self) -> tuple[Figure, ...]:
        """The figures that the verdict depends on."""
        return tuple(each for each in self.figures if each.decides)

    @property
    def slower(self) -> tuple[Figure, ...]:
        """Decisive figures that are higher, and not by chance."""
        return tuple(
            each
            for each in self.decisive
            if each.ratio is not None and each.ratio.differs and each.ratio.ratio > 1
        )

    @property
    def verdict(self) -> Verdict:
        """Slower where any decisive figure is, `~` where nothing is known or nothing differs."""
        if self.slower:
            return "slower"
        known = [each.ratio for each in self.decisive if each.ratio is not None]
        return "faster" if any(ratio.differs for ratio in known) else "~"

    def is_slower_beyond(self, tolerance: float) -> bool:
        """Return whether a decisive figure is higher for certain, and by more than this."""
        return any(each.ratio.ratio > 1 + tolerance for each in self.slower if each.ratio)

    @property
    def telling(self) -> Figure:
        """The decisive figure with the smallest p."""
        return min(self.decisive, key=lambda each: each.ratio.p if each.ratio else 2.0)

    @property
    def evidence(self) -> str:
        """What the verdict stands on, `p=0.446 n=10+10`."""
        ratio = self.telling.ratio
        if ratio is None:
            return f"n={max(1, self.figure('mean').samples)}"
        p = f"p<{_LEAST_P}" if ratio.p < _LEAST_P else f"p={ratio.p:.3f}"
        within = "" if self.verdict != "~" or ratio.p >= ALPHA else ", within drift"
        return f"{p} {ratio.sizes_shown}{within}"

    @property
    def verdict_shown(self) -> str:
        """The verdict as benchstat writes it, `~ (p=0.446 n=10+10)`."""
        return f"{self.verdict} ({self.evidence})"

    @property
    def smallest_shown(self) -> str:
        """The smallest slow-down that would have been seen, and in what, `×1.08 p50`."""
        known = [(each.ratio.smallest, each.name) for each in self.decisive if each.ratio]
        if not known:
            return "–"
        smallest, name = min(known)
        return f"×{smallest:.2f} {name}"
