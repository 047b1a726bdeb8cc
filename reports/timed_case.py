"""A query class with one case of arguments on two sides, and the times that it took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from b2bench.arguments import Arguments, ArgumentSource, one_of_each_case
from b2bench.errors import BadInput
from b2bench.queries import QueryClass
from reports.gate_policy import Policy, TimeFloor
from reports.paired_statistics import LEAST_PAIRS, Direction, PairedRatio, paired_ratio
from reports.timing import TimeVerdict, Timing


@dataclass(slots=True, kw_only=True)
class Pass:
    """The times of one pass in ms, pair by pair."""

    baseline: list[float] = field(default_factory=list)
    candidate: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class TimedCase:
    """A class with a case of arguments on both sides, and the passes over it."""

    queries: tuple[QueryClass, QueryClass]
    arguments: Arguments
    floor: TimeFloor
    seed: int
    passes: list[Pass] = field(default_factory=list)
    directions: list[Direction] = field(default_factory=list)
    said: str = ""

    @property
    def query(self) -> QueryClass:
        """The candidate's."""
        return self.queries[1]

    @property
    def writes(self) -> bool:
        """Whether it changes data on either side."""
        return any(query.writes for query in self.queries)

    def floor_ratio(self, times: Pass) -> float:
        """Return the ratio from which on a difference matters, by both floors."""
        faster_ms = min(median(times.baseline), median(times.candidate))
        return 1 + max(self.floor.relative, self.floor.absolute_ms / faster_ms)

    def ratio(self, times: Pass, level: float) -> PairedRatio:
        """Return candidate over baseline."""
        return paired_ratio(times.baseline, times.candidate, level=level, seed=self.seed)

    def look(self, level: float) -> Direction:
        """Return what the last pass says so far."""
        times = self.passes[-1]
        if len(times.baseline) < LEAST_PAIRS:
            return Direction.OPEN
        return self.ratio(times, level).direction(self.floor_ratio(times))

    def timing(self, level: float, unstable: float) -> Timing:
        """Return what all passes came to.

        Args:
            level: how often the interval may miss the truth.
            unstable: a class in which not even this ratio would have been found is unstable.
        """
        if self.said or not self.passes:
            return self._as(TimeVerdict.UNTIMED, said=self.said)
        suspected = _VERDICTS[self.directions[0]]
        shown = _together(self.passes[1:] or self.passes)
        ratio, floor = self.ratio(shown, level), self.floor_ratio(shown)
        smallest = ratio.smallest(floor)
        verdict = suspected if len(set(self.directions)) == 1 else TimeVerdict.NOT_CERTAIN
        if self.directions[-1] is Direction.OPEN and smallest > max(unstable, floor**2):
            verdict = TimeVerdict.UNSTABLE
        return replace(
            self._as(verdict),
            baseline_ms=median(shown.baseline),
            candidate_ms=median(shown.candidate),
            ratio=ratio.ratio,
            low=ratio.low,
            high=ratio.high,
            pairs=ratio.pairs,
            smallest=smallest,
            confirmations=sum(each is self.directions[0] for each in self.directions[1:]),
            suspected=suspected,
        )

    def _as(self, verdict: TimeVerdict, *, said: str = "") -> Timing:
        return Timing(query=self.query.name, case=self.arguments.case, verdict=verdict, said=said)


_VERDICTS = {
    Direction.SLOWER: TimeVerdict.SLOWER,
    Direction.FASTER: TimeVerdict.FASTER,
    Direction.WITHIN: TimeVerdict.NOT_CERTAIN,
    Direction.OPEN: TimeVerdict.NOT_CERTAIN,
}


def _together(passes: Sequence[Pass]) -> Pass:
    return Pass(
        baseline=[each for times in passes for each in times.baseline],
        candidate=[each for times in passes for each in times.candidate],
    )


def timed_cases(
    queries: tuple[QueryClass, QueryClass], source: ArgumentSource, seed: int, policy: Policy
) -> Iterator[TimedCase]:
    """Yield a class with each case of arguments; without arguments, why there are none."""
    floor = policy.rules(queries[1].name).time
    try:
        drawn = one_of_each_case(source, queries[1], seed=seed)
    except BadInput as error:
        yield TimedCase(
            queries=queries, arguments=Arguments(values={}), floor=floor, seed=seed, said=str(error)
        )
        return
    for arguments in drawn.values():
        yield TimedCase(queries=queries, arguments=arguments, floor=floor, seed=seed)
