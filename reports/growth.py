"""How the work of a query class grows with the tables: its exponent for each row returned."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from statistics import linear_regression

from b2bench.arguments import Case
from b2bench.figures.notation import significant
from b2bench.findings import Finding, Severity
from b2bench.queries import Allowance
from reports.capture import Capture
from reports.explaining import StepCapture
from reports.growing_nodes import GrowingNode, Why, growing_nodes
from reports.plans import plan_shape, raw_nodes

GROWS_ABOVE = 0.5
# what the largest table has to cost before growth in it is a matter for anybody
_BLOCKS_LEAST = 100
_TUPLES_LEAST = 5_000
# between neighbouring scales, exponents that are further apart are no law
_UNEVEN_ABOVE = 0.5
_SCALES_LEAST = 2
_ALLOWED_BY = frozenset(("growth", "grows_with_table"))


class Verdict(StrEnum):
    """What the exponent says."""

    GROWS = "grows"
    STEADY = "steady"
    UNCLEAR = "unclear"


# of two counters, the one that says what comes first
_DECIDES = (Verdict.GROWS, Verdict.UNCLEAR, Verdict.STEADY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One statement at one scale.

    Args:
        rows: of the answer, or changed where there is no answer.
        blocks: shared ones, of a real execution at all scales or of EXPLAIN's at all of them.
        tuples: rows given by every node of the plan, and rows that it dropped.
    """

    scale: Decimal
    rows: int
    blocks: int
    tuples: int

    @property
    def blocks_per_row(self) -> float:
        """Blocks for each row; an answer without rows counts as one."""
        return self.blocks / max(1, self.rows)

    @property
    def tuples_per_row(self) -> float:
        """Tuples for each row; an answer without rows counts as one."""
        return self.tuples / max(1, self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponent:
    """The power of the scale that a count follows, by least squares of the logarithms.

    Args:
        value: 0 where the count stays the same, 1 where it doubles with the table.
        low: the least exponent between two neighbouring scales.
        high: the greatest; with two scales all three are the same.
    """

    value: float
    low: float
    high: float

    @property
    def is_even(self) -> bool:
        """Whether all neighbouring scales say much the same."""
        return self.high - self.low <= _UNEVEN_ABOVE or self.low > GROWS_ABOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGrowth:
    """One statement with one case of arguments over all scales.

    Args:
        points: in rising order of the scale.
        blocks: the exponent of shared blocks for each row.
        tuples: the exponent of tuples for each row.
        counter: which of the two the verdict is about.
        why: what the verdict leaves open; empty otherwise.
        shapes: how many different plans there were.
        nodes: those of the largest table's plan that do more, where the verdict is that it grows.
    """

    query: str
    case: Case
    step: str
    points: tuple[Point, ...]
    blocks: Exponent
    tuples: Exponent
    counter: str
    verdict: Verdict
    why: str = ""
    shapes: int = 1
    nodes: tuple[GrowingNode, ...] = ()

    @property
    def exponent(self) -> Exponent:
        """That of the counter which the verdict is about."""
        return self.tuples if self.counter == "tuples" else self.blocks

    @property
    def per_row(self) -> tuple[float, ...]:
        """What the verdict is about, for each row, at each scale."""
        if self.counter == "tuples":
            return tuple(point.tuples_per_row for point in self.points)
        return tuple(point.blocks_per_row for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A class, or a step of it, about which nothing can be said."""

    subject: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Every statement over all scales, in the order of the classes' names."""

    scales: tuple[Decimal, ...]
    steps: tuple[StepGrowth, ...]
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    query: str
    case: Case
    step: str

    @property
    def shown(self) -> str:
        step = "" if self.step == "main" else f", {self.step}"
        return f"{self.query} ({self.case}{step})"


_At = tuple[Decimal, StepCapture]


def growth(captures: Sequence[tuple[Decimal, Capture]]) -> Growth:
    """Compare captures of the same classes on the same data at different scales.

    Args:
        captures: each with its scale, in any order; at least two different scales.

    Raises:
        ValueError: fewer than two different scales.
    """
    by_scale = dict(sorted(captures, key=lambda each: each[0]))
    if len(by_scale) < _SCALES_LEAST:
        raise ValueError("an exponent needs two different scales")
    found = _by_key(by_scale)
    whole = {key: at for key, at in found.items() if len(at) == len(by_scale)}
    steps = tuple(_step_growth(key, at) for key, at in whole.items())
    largest = list(by_scale.values())[-1]
    allowances = {captured.query: captured.allowances for captured in largest.classes}
    return Growth(
        scales=tuple(by_scale),
        steps=steps,
        left_out=tuple(_left_out(by_scale, found)),
        findings=tuple(_findings(steps, allowances)),
    )


def _by_key(by_scale: Mapping[Decimal, Capture]) -> dict[_Key, list[_At]]:
    """Return each statement's captures in rising order of the scale."""
    found = defaultdict[_Key, list[_At]](list)
    for scale, capture in by_scale.items():
        for captured in capture.classes:
            for case in captured.cases:
                for step in case.steps:
                    key = _Key(query=captured.query, case=case.case, step=step.step)
                    found[key].append((scale, step))
    return found


def _left_out(
    by_scale: Mapping[Decimal, Capture], found: Mapping[_Key, list[_At]]
) -> Iterator[LeftOut]:
    failed = dict[str, str]()
    for scale, capture in by_scale.items():
        for captured in capture.classes:
            if captured.findings:
                failed.setdefault(
                    captured.query, f"scale {scale:f}: {captured.findings[0].message}"
                )
    yield from (LeftOut(subject=query, why=why) for query, why in sorted(failed.items()))
    for key, at in found.items():
        if len(at) < len(by_scale) and key.query not in failed:
            scales = ", ".join(f"{scale:f}" for scale, _ in at)
            yield LeftOut(subject=key.shown, why=f"executed only at scale {scales}")


def _step_growth(key: _Key, at: Sequence[_At]) -> StepGrowth:
    points = _points(at)
    blocks = exponent([(point.scale, point.blocks_per_row) for point in points])
    tuples = exponent([(point.scale, point.tuples_per_row) for point in points])
    counter, verdict, why = _verdict(points, blocks, tuples)
    return StepGrowth(
        query=key.query,
        case=key.case,
        step=key.step,
        points=points,
        blocks=blocks,
        tuples=tuples,
        counter=counter,
        verdict=verdict,
        why=why,
        shapes=len({plan_shape(step.plan) for _, step in at}),
        nodes=_nodes(at, points) if verdict is Verdict.GROWS else (),
    )


def _points(at: Sequence[_At]) -> tuple[Point, ...]:
    executed = all(step.work.executed_blocks is not None for _, step in at)
    return tuple(
        Point(
            scale=scale,
            rows=_rows(step),
            blocks=(step.work.executed_blocks or 0) if executed else step.work.shared_blocks,
            tuples=step.work.tuples,
        )
        for scale, step in at
    )


def _rows(step: StepCapture) -> int:
    """Return the rows of the answer, or those changed by a statement that answers nothing."""
    changed: int = sum(
        round(below.get("Actual Rows", 0) * below.get("Actual Loops", 0))
        for raw in raw_nodes(step.plan["Plan"])
        if raw["Node Type"] == "ModifyTable"
        for below in raw.get("Plans", ())
    )
    return max(step.rows, changed)


def exponent(counts: Sequence[tuple[Decimal, float]]) -> Exponent:
    """Return the power of the scale that a count follows; what is below one hundredth is that.

    >>> exponent([(Decimal(1), 10.0), (Decimal(2), 20.0), (Decimal(4), 40.0)])
    Exponent(value=1.0, low=1.0, high=1.0)
    """
    logs = [(math.log(scale), math.log(max(count, 0.01))) for scale, count in counts]
    slope = linear_regression([x for x, _ in logs], [y for _, y in logs]).slope
    local = [(after[1] - at[1]) / (after[0] - at[0]) for at, after in pairwise(logs)]
    return Exponent(value=_rounded(slope), low=_rounded(min(local)), high=_rounded(max(local)))


def _rounded(slope: float) -> float:
    # -0.0 would be written with its sign
    return round(slope, 3) + 0.0


def _verdict(
    points: Sequence[Point], blocks: Exponent, tuples: Exponent
) -> tuple[str, Verdict, str]:
    """Return the counter that decides, the verdict, and what that leaves open."""
    if len({point.rows > 0 for point in points}) > 1:
        return "blocks", Verdict.UNCLEAR, "an answer at some scales only"
    judged = [
        ("blocks", *_judged(blocks, [(p.scale, p.blocks) for p in points], _BLOCKS_LEAST)),
        ("tuples", *_judged(tuples, [(p.scale, p.tuples) for p in points], _TUPLES_LEAST)),
    ]
    # blocks decide where both say the same
    return min(judged, key=lambda each: _DECIDES.index(each[1]))


def _judged(
    per_row: Exponent, whole: Sequence[tuple[Decimal, int]], least: int
) -> tuple[Verdict, str]:
    if max(count for _, count in whole) < least:
        little = "too little work to matter" if per_row.value > GROWS_ABOVE else ""
        return Verdict.STEADY, little
    if per_row.value <= GROWS_ABOVE:
        if per_row.is_even or per_row.high <= GROWS_ABOVE:
            return Verdict.STEADY, ""
        return Verdict.UNCLEAR, "uneven"
    if exponent([(scale, float(count)) for scale, count in whole]).value <= GROWS_ABOVE:
        return Verdict.UNCLEAR, "as much work for fewer rows"
    return (Verdict.GROWS, "") if per_row.is_even else (Verdict.UNCLEAR, "uneven")


def _nodes(at: Sequence[_At], points: Sequence[Point]) -> tuple[GrowingNode, ...]:
    (low, smallest), (high, largest) = at[0], at[-1]
    return growing_nodes(
        smallest.plan,
        largest.plan,
        larger=float(high / low),
        answers=(max(1, points[0].rows), max(1, points[-1].rows)),
    )


def _findings(
    steps: Sequence[StepGrowth], allowances: Mapping[str, tuple[Allowance, ...]]
) -> Iterator[Finding]:
    growing = defaultdict[str, list[StepGrowth]](list)
    for step in steps:
        if step.verdict is Verdict.GROWS:
            growing[step.query].append(step)
    for query, found in growing.items():
        worst = max(found, key=lambda each: (each.points[-1].blocks, each.points[-1].tuples))
        yield _graded(_finding(worst, found), allowances.get(query, ()))


def _finding(worst: StepGrowth, found: Sequence[StepGrowth]) -> Finding:
    cases = [case.value for case in Case if any(each.case is case for each in found)]
    step = "" if worst.step == "main" else f" in step {worst.step}"
    scales = ", ".join(f"{point.scale:f}" for point in worst.points)
    nodes = "; ".join(node.says for node in worst.nodes)
    return Finding(
        code="grows-with-table",
        severity=Severity.WARNING,
        subject=worst.query,
        message=f"{' → '.join(map(significant, worst.per_row))} {worst.counter} for a row"
        f"{step} at scale {scales}: exponent {exponent_shown(worst.exponent)}, for "
        f"{' and '.join(cases)} arguments" + (f"; {nodes}" if nodes else ""),
        mend=_mend(worst),
    )


def exponent_shown(found: Exponent) -> str:
    """Return an exponent with the range of those between neighbouring scales.

    >>> exponent_shown(Exponent(value=0.99, low=0.95, high=1.02))
    '0.99 (0.95 to 1.02)'
    """
    if found.low == found.high:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _mend(worst: StepGrowth) -> str:
    if not worst.nodes:
        return "compare its plans of both sizes"
    node = worst.nodes[0]
    where = node.relation or "the table"
    return {
        Why.OFFSET: "begin after the last row of the page before: WHERE (key) > (last key)",
        Why.PATTERN: f"a trigram index (pg_trgm) on {where} finds a pattern inside a text",
        Why.FILTER: f"an index on {where} with the columns of the filter",
        Why.AGGREGATE: "keep the figure beside the rows, or bound how many rows it takes in",
        Why.FUNCTION: f"look at what {where} reads",
        Why.SCAN: f"bound what is read of {where}, or find it by an index",
        Why.LOOKUP: f"bound how many rows it wants of {where}",
        Why.BLOCKS: "look at what this node calls or looks up",
    }[node.why]


def _graded(finding: Finding, allowances: Sequence[Allowance]) -> Finding:
    for allowance in allowances:
        if allowance.code in _ALLOWED_BY:
            return Finding(
                code=finding.code,
                severity=Severity.NOTE,
                subject=finding.subject,
                message=f"{finding.message}; allowed: {allowance.reason}",
            )
    return finding
