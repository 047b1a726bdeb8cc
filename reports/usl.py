"""The Universal Scalability Law: how throughput grows with sessions at work, and where it ends.

X(N) = λN / (1 + σ(N−1) + κN(N−1)), after N. J. Gunther, Guerrilla Capacity Planning, Springer 2007,
chapters 4 to 6. λ is the throughput of one session that has the server to itself; σ is contention,
the share of the work for which sessions queue; κ is coherence, what each pair of sessions costs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import curve_fit

from b2bench.figures.notation import share

# three parameters, and one more so that there is something to estimate the scatter by
LEAST_POINTS = 4
CONFIDENCE = 0.95
_SIGMA_MOST = 1.0
# what adds less than this to the cost of a request is none
_NOTHING = 1e-4
# a peak so far beyond what was measured is no statement about the server
_REACH = 10
_SCATTER_MOST = 0.1
# an interval that reaches to so many times its lower end says nothing
_VAGUE = 4

Floats = NDArray[np.float64]
Row = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Throughput, per second, with so many sessions always at work."""

    sessions: int
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def spans_zero(self) -> bool:
        """Whether nothing is known of it but that it may be none."""
        return self.low <= 0

    @property
    def is_vague(self) -> bool:
        """Whether almost any value lies in it."""
        return self.high > _VAGUE * self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """Where more sessions stop to help: how many they are, and what they get through a second."""

    sessions: float
    per_s: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A fitted law.

    Args:
        rate: λ, per second.
        contention: σ.
        coherence: κ.
        points: how many steps it was fitted to.
        most_sessions: of these steps.
        scatter: standard deviation of the steps around the law, as a share of throughput.
        covariance: of (ln λ, σ, κ).
    """

    rate: Interval
    contention: Interval
    coherence: Interval
    points: int
    most_sessions: int
    scatter: float
    covariance: tuple[Row, Row, Row]

    def at(self, sessions: float) -> Interval:
        """Return the mean throughput to expect, per second."""
        return self._around(sessions, scatter=0.0)

    def prediction(self, sessions: float) -> Interval:
        """Return where one further step is to be expected, its own scatter included."""
        return self._around(sessions, scatter=self.scatter)

    def _around(self, sessions: float, *, scatter: float) -> Interval:
        """Return the throughput with its interval, by the delta method in ln X."""
        parameters = (math.log(self.rate.value), self.contention.value, self.coherence.value)
        at = np.array([float(sessions)])
        slope = _slopes(at, *parameters)[0]
        variance = float(slope @ np.array(self.covariance) @ slope) + scatter**2
        middle = float(_log_throughput(at, *parameters)[0])
        half = _quantile(self.points) * math.sqrt(max(variance, 0.0))
        return Interval(
            value=math.exp(middle), low=math.exp(middle - half), high=_exp(middle + half)
        )

    @property
    def peak(self) -> Peak | None:
        """The highest throughput; `None` where the law has none within reach."""
        if self.coherence.value == 0:
            return None
        sessions = math.sqrt(max(1 - self.contention.value, 0.0) / self.coherence.value)
        if sessions > _REACH * self.most_sessions:
            return None
        # there is always one session at least
        sessions = max(sessions, 1.0)
        return Peak(sessions=sessions, per_s=self.at(sessions))

    def doubts(self) -> Iterator[str]:
        """Yield what a reader should know before believing the law."""
        if self.points == LEAST_POINTS:
            yield f"{self.points} steps for three parameters: the intervals are wide"
        if self.rate.is_vague:
            yield "λ lies in an interval that says nothing (~): the steps vary too much for a law"
        if self.scatter > _SCATTER_MOST:
            yield f"the steps lie {share(self.scatter)} off the law: this server follows another"
        if self.contention.spans_zero:
            yield "σ cannot be told from 0 (~): whether sessions queue for something is not known"
        if self.coherence.value == 0:
            yield "κ is at its bound, 0 (~): no step shows that more sessions slow each other down"
        elif self.coherence.spans_zero:
            yield "κ cannot be told from 0 (~): whether and where throughput falls is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A step that the law did not see, beside what the law said of it."""

    measured: Point
    predicted: Interval

    @property
    def off(self) -> float:
        """How far the prediction was off, as a share of what was measured."""
        return self.predicted.value / self.measured.per_s - 1

    @property
    def inside(self) -> bool:
        """Whether what was measured lies in the interval of the prediction."""
        return self.predicted.low <= self.measured.per_s <= self.predicted.high


def fit(points: Sequence[Point]) -> Law | None:
    """Return the law through some steps, `None` where they are too few.

    Least squares in ln X, since a step's scatter grows with its throughput; λ > 0, 0 ≤ σ ≤ 1,
    κ ≥ 0. Intervals are those of the covariance that scipy's curve_fit estimates, times Student's
    t with n − 3 degrees of freedom; those of σ and κ end at their bounds.
    """
    if len({point.sessions for point in points}) < LEAST_POINTS:
        return None
    sessions = np.array([float(point.sessions) for point in points])
    log_per_s = np.log([point.per_s for point in points])
    found, covariance = curve_fit(
        _log_throughput,
        sessions,
        log_per_s,
        p0=(float(max(log_per_s - np.log(sessions))), 0.1, 0.001),
        jac=_slopes,
        bounds=((-np.inf, 0.0, 0.0), (np.inf, _SIGMA_MOST, np.inf)),
        x_scale=(1.0, 0.1, 0.001),
        method="trf",
        # near the bounds the steps become small long before the end
        ftol=1e-12,
        xtol=1e-12,
        gtol=1e-12,
        max_nfev=2_000,
    )
    residuals = log_per_s - _log_throughput(sessions, *found)
    return _law(found, covariance, points, float(residuals @ residuals))


def _law(found: Floats, covariance: Floats, points: Sequence[Point], squares: float) -> Law:
    log_rate, contention, coherence = (float(value) for value in found)
    most = max(point.sessions for point in points)
    errors = [math.sqrt(max(float(variance), 0.0)) for variance in np.diag(covariance)]
    half = [_quantile(len(points)) * error for error in errors]
    return Law(
        rate=Interval(
            value=math.exp(log_rate),
            low=math.exp(log_rate - half[0]),
            high=_exp(log_rate + half[0]),
        ),
        contention=_bounded(contention, half[1], most=_SIGMA_MOST, least=_NOTHING / most),
        coherence=_bounded(coherence, half[2], most=math.inf, least=_NOTHING / most**2),
        points=len(points),
        most_sessions=most,
        scatter=math.sqrt(squares / (len(points) - 3)),
        covariance=_rows(covariance),
    )


def _bounded(value: float, half: float, *, most: float, least: float) -> Interval:
    """Return an interval within its bounds; a value below the least is 0, the lower bound."""
    value = 0.0 if value < least else value
    return Interval(value=value, low=max(value - half, 0.0), high=min(value + half, most))


def _rows(matrix: Floats) -> tuple[Row, Row, Row]:
    first, second, third = ((float(a), float(b), float(c)) for a, b, c in matrix)
    return first, second, third


def hold_out(points: Sequence[Point]) -> tuple[Law | None, HeldOut | None]:
    """Fit the law without the step that has most sessions, and say what the law says of that step.

    Where no step can be spared, the law is fitted to all, and nothing is held out.
    """
    rising = sorted(points, key=lambda point: point.sessions)
    law = fit(rising[:-1])
    if law is None:
        return fit(rising), None
    last = rising[-1]
    return law, HeldOut(measured=last, predicted=law.prediction(last.sessions))


def _log_throughput(
    sessions: Floats, log_rate: float, contention: float, coherence: float
) -> Floats:
    others = sessions - 1
    cost = 1 + contention * others + coherence * sessions * others
    return np.asarray(log_rate + np.log(sessions) - np.log(cost))


def _slopes(sessions: Floats, _log_rate: float, contention: float, coherence: float) -> Floats:
    """Return the derivatives of ln X by (ln λ, σ, κ), one row for each number of sessions."""
    others = sessions - 1
    cost = 1 + contention * others + coherence * sessions * others
    return np.column_stack((np.ones_like(cost), -others / cost, -sessions * others / cost))


def _quantile(points: int) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, points - 3))


def _exp(value: float) -> float:
    """Return e to the power, infinity where that is larger than any number."""
    return math.exp(value) if value < math.log(np.finfo(float).max) else math.inf
