"""What changed over the runs of the gate: when, with which commit, and whether it is still so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from b2bench.findings import Finding
from reports.change_points import ChangePoint, change_points
from reports.gate_history import GateRun, History, SubjectWork
from reports.ground import Ground

# of the median: two executions of one statement differ by so much
_TIME_NOISE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure that runs of the gate keep.

    Args:
        field: of `SubjectWork`.
        unit: as it is written behind the figure.
        noise: the least standard deviation that says nothing.
    """

    field: str
    unit: str
    noise: float


METRICS = (
    Metric(field="blocks", unit="blocks", noise=1.0),
    Metric(field="tuples", unit="tuples", noise=1.0),
    Metric(field="temp_blocks", unit="temporary blocks", noise=1.0),
    Metric(field="wal_bytes", unit="bytes of WAL", noise=64.0),
    Metric(field="execution_ms", unit="ms of execution", noise=0.05),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One figure of one statement over the runs on one ground.

    Args:
        places: of the runs that have the figure, counted from 0.
        values: as many as places.
        points: where its level changes; they count values.
    """

    query: str
    subject: str
    metric: Metric
    places: tuple[int, ...]
    values: tuple[float, ...]
    points: tuple[ChangePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of a level, as a reader asks for it.

    Args:
        metric: the figure's name in the file.
        commit: of the first run that had the new level.
        after_commit: of the last run that had the old one; what came between them is the change.
        until: when the level changed again; `None` while it is still so.
    """

    query: str
    subject: str
    metric: str
    unit: str
    at: datetime
    commit: str
    after_commit: str
    before: float
    after: float
    until: datetime | None
    until_commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundChanges:
    """The runs on one ground: only these can be compared.

    Args:
        runs: how many there are.
        subjects: how many statements they have, each with one case of arguments.
        changes: the newest first.
    """

    ground: Ground
    runs: int
    subjects: int
    first: datetime
    last: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryChanges:
    """What a history shows; the ground of the newest run is the first."""

    runs: int
    grounds: tuple[GroundChanges, ...]
    findings: tuple[Finding, ...]


def history_changes(history: History) -> HistoryChanges:
    """Return all changes of a history, ground by ground."""
    return HistoryChanges(
        runs=len(history.runs),
        grounds=tuple(_of_ground(runs) for runs in by_ground(history)),
        findings=history.findings,
    )


def by_ground(history: History) -> list[tuple[GateRun, ...]]:
    """Return the runs of each ground, that of the newest run first."""
    grounds = list(dict.fromkeys(run.ground for run in reversed(history.runs)))
    return [tuple(run for run in history.runs if run.ground == ground) for ground in grounds]


def _of_ground(runs: Sequence[GateRun]) -> GroundChanges:
    found = [change for series in all_series(runs) for change in _changes(series, runs)]
    return GroundChanges(
        ground=runs[-1].ground,
        runs=len(runs),
        subjects=len({subject for run in runs for subject in run.subjects}),
        first=runs[0].at,
        last=runs[-1].at,
        changes=tuple(sorted(found, key=lambda change: change.at, reverse=True)),
    )


def all_series(runs: Sequence[GateRun]) -> Iterator[Series]:
    """Yield every figure of every statement over runs on one ground, by statement."""
    for subject in sorted({subject for run in runs for subject in run.subjects}):
        works = [(place, run.subjects.get(subject)) for place, run in enumerate(runs)]
        told = [(place, work) for place, work in works if work is not None]
        for metric in METRICS:
            yield _series(subject, metric, told)


def _series(subject: str, metric: Metric, works: Sequence[tuple[int, SubjectWork]]) -> Series:
    figures = [(place, getattr(work, metric.field)) for place, work in works]
    told = [(place, float(figure)) for place, figure in figures if figure is not None]
    values = tuple(figure for _, figure in told)
    return Series(
        query=works[0][1].query,
        subject=subject,
        metric=metric,
        places=tuple(place for place, _ in told),
        values=values,
        points=change_points(values, noise=_noise(metric, values)),
    )


def _noise(metric: Metric, values: Sequence[float]) -> float:
    if metric.field != "execution_ms" or not values:
        return metric.noise
    return max(metric.noise, _TIME_NOISE * sorted(values)[len(values) // 2])


def _changes(series: Series, runs: Sequence[GateRun]) -> Iterator[Change]:
    for point, following in zip_longest(series.points, series.points[1:]):
        first, last = (runs[series.places[at]] for at in (point.at, point.at - 1))
        ended = None if following is None else runs[series.places[following.at]]
        yield Change(
            query=series.query,
            subject=series.subject,
            metric=series.metric.field,
            unit=series.metric.unit,
            at=first.at,
            commit=first.commit,
            after_commit=last.commit,
            before=point.before,
            after=point.after,
            until=ended.at if ended else None,
            until_commit=ended.commit if ended else "",
        )
