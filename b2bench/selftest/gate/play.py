"""Plant every regression in turn, then look at copies in which nothing was planted."""

from collections.abc import Sequence

from b2bench.progress import Progress, prefixed
from b2bench.queries import QueryClass
from b2bench.selftest.gate.score import Score
from b2bench.selftest.gate.seeds import Seed
from b2bench.selftest.gate.trial import Laboratory, Outcome
from reports.baseline import record
from reports.gate import Verdict, judge


def play(
    laboratory: Laboratory,
    seeds: Sequence[Seed],
    queries: Sequence[QueryClass],
    *,
    rounds: int,
    progress: Progress,
) -> Score:
    """Return what the gate made of the seeds and of clean runs.

    Args:
        laboratory: where seeds are planted.
        seeds: in the order in which they are tried.
        queries: every class, for the clean runs.
        rounds: how many clean runs there are.
        progress: told of each.
    """
    outcomes = list[Outcome]()
    for done, seed in enumerate(seeds):
        told = prefixed(progress, f"{done + 1} of {len(seeds)}")
        outcomes.append(laboratory.try_seed(seed, told))
    return Score(
        outcomes=tuple(outcomes),
        clean=tuple(_clean(laboratory, queries, rounds=rounds, progress=progress)),
    )


def _clean(
    laboratory: Laboratory, queries: Sequence[QueryClass], *, rounds: int, progress: Progress
) -> Sequence[Verdict]:
    if not rounds:
        return ()
    progress("clean runs", done=0, total=rounds)
    baseline = record(laboratory.clean(queries))
    verdicts = list[Verdict]()
    for done in range(rounds):
        verdicts.append(judge(baseline, laboratory.clean(queries)))
        progress("clean runs", done=done + 1, total=rounds)
    return verdicts
