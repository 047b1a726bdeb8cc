"""The gate beside how others judge: the same planted regressions, the same clean copies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from b2bench.arguments import one_of_each_case
from b2bench.clones import clone
from b2bench.marker import require_data_set
from b2bench.progress import silent
from b2bench.queries import QueryClass, by_name, load_queries
from b2bench.selftest.gate.effect import Effect, measure
from b2bench.selftest.gate.play import play
from b2bench.selftest.gate.score import LEAST_CAUGHT, LEAST_NAMED, Score
from b2bench.selftest.gate.seeds import load_seeds
from b2bench.selftest.gate.trial import ROLES, Laboratory
from b2bench.target import Target
from reports.baseline import record
from reports.capture import Capture
from reports.gate import judge
from scenarios.samplers import shop_source
from tests.benchmarks.laboratory import Laboratory as Bench
from tests.benchmarks.laboratory import Line
from tests.shop import QUERIES

_CLEAN_ROUNDS = 5
_MEAN = 1.10
_COST = 1.10
_BLOCKS = 1.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a judge may look at: two captures, and executions of both sides in turn."""

    before: Capture
    after: Capture
    effects: tuple[Effect, ...]


Judge = Callable[[Pair], bool]


def by_mean(pair: Pair) -> bool:
    """Judge as pytest-benchmark's `--benchmark-compare-fail=mean:10%` does, of 20 rounds.

    Its rounds of one side follow each other; here both sides take turns, which helps it.
    """
    return any(mean(each.ms[1]) > _MEAN * mean(each.ms[0]) for each in pair.effects)


def by_cost(pair: Pair) -> bool:
    """Judge as RegreSQL does by default: the planner's cost may be 10 % more."""
    return _any_above(pair, lambda plan: float(plan["Total Cost"]), _COST)


def by_blocks(pair: Pair) -> bool:
    """Judge as RegreSQL does with buffers: EXPLAIN's blocks may be 2 % more."""
    return _any_above(
        pair,
        lambda plan: float(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]),
        _BLOCKS,
    )


def by_work(pair: Pair) -> bool:
    """Judge as the gate does."""
    return not judge(record(pair.before), pair.after).passed


def _any_above(pair: Pair, figure: Callable[[Mapping[str, int]], float], limit: float) -> bool:
    before, after = _figures(pair.before, figure), _figures(pair.after, figure)
    return any(after[key] > limit * before[key] for key in before.keys() & after.keys())


def _figures(
    capture: Capture, figure: Callable[[Mapping[str, int]], float]
) -> dict[tuple[str, str, str], float]:
    return {
        (captured.query, case.case, step.step): figure(step.plan["Plan"])
        for captured in capture.classes
        for case in captured.cases
        for step in case.steps
    }


JUDGES: Mapping[str, Judge] = {
    "b2bench gate, work": by_work,
    "pytest-benchmark's way, mean of 20 rounds +10 %": by_mean,
    "RegreSQL's way, cost +10 %": by_cost,
    "RegreSQL's way, blocks +2 %": by_blocks,
}


def figures(
    laboratory: Bench, *, profile: str = "standard", rounds: int = _CLEAN_ROUNDS
) -> Iterator[Line]:
    """Yield the gate's score, then every judge on the same regressions and clean copies."""
    target, _ = laboratory.filled(profile)
    queries = load_queries(QUERIES)
    where = Laboratory(
        target=target,
        source=shop_source(target),
        as_of=require_data_set(target).as_of,
        seed=1,
    )
    score = play(where, load_seeds(by_name(queries)), queries, rounds=0, progress=silent)
    yield from _score(score)
    planted = [
        Pair(before=each.before, after=each.after, effects=each.effects)
        for each in score.proven
        if each.before and each.after
    ]
    clean = [pair for _ in range(rounds) for pair in _clean(where, target, queries)]
    for name, judged in JUDGES.items():
        caught, alarms = sum(map(judged, planted)), sum(map(judged, clean))
        is_ours = judged is by_work
        yield Line(
            what=name,
            measured=f"caught {caught} of {len(planted)}, false alarms {alarms} of {len(clean)}",
            wanted="95 % caught, none false" if is_ours else "",
            met=not is_ours or (caught >= LEAST_CAUGHT * len(planted) and not alarms),
        )


def _score(score: Score) -> Iterator[Line]:
    missed = [each.seed.name for each in score.proven if not each.caught]
    unnamed = [each.seed.name for each in score.caught if not each.named]
    idle = [each.seed.name for each in score.outcomes if not each.proofs]
    yield Line(
        what="planted regressions with an effect",
        measured=f"{len(score.proven)} of {len(score.outcomes)}, none of {', '.join(idle) or '–'}",
        wanted="at least 40",
        met=len(score.proven) >= 40,
    )
    yield Line(
        what="caught",
        measured=f"{len(score.caught)} of {len(score.proven)}, missed {', '.join(missed) or '–'}",
        wanted="95 %",
        met=len(score.caught) >= LEAST_CAUGHT * len(score.proven),
    )
    yield Line(
        what="cause named",
        measured=f"{len(score.named)} of {len(score.caught)}, not of {', '.join(unnamed) or '–'}",
        wanted="90 %",
        met=len(score.named) >= LEAST_NAMED * len(score.caught),
    )


def _clean(where: Laboratory, target: Target, queries: Sequence[QueryClass]) -> Iterator[Pair]:
    """Yield a pair for each class, of two copies of the same data."""
    with clone(target, "clean") as first, clone(target, "clean") as second:
        sides = (first, second)
        before, after = where.clean(queries), where.clean(queries)
        for query in queries:
            yield Pair(
                before=_only(before, query),
                after=_only(after, query),
                effects=measure(
                    sides,
                    (query, query),
                    one_of_each_case(where.source, query, seed=where.seed),
                    roles=ROLES,
                ),
            )


def _only(capture: Capture, query: QueryClass) -> Capture:
    return replace(
        capture, classes=tuple(each for each in capture.classes if each.query == query.name)
    )
