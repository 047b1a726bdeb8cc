"""Two databases made with different numbers of jobs: whether any query can tell them apart."""

from collections.abc import Iterator

from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.capture import capture
from reports.work import WorkVector
from scenarios.samplers import shop_source
from tests.benchmarks.data.laboratory import Laboratory, Line, generated
from tests.shop import QUERIES

_JOBS = ("1", "8")
Case = tuple[str, str, str]


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield for how many query classes and arguments plan shape and blocks are the same."""
    first, second = (_captured(laboratory, jobs) for jobs in _JOBS)
    apart = sorted({case for case in first.keys() | second.keys() if _differ(first, second, case)})
    named = ": " + ", ".join(" ".join(case) for case in apart[:3]) if apart else ""
    yield Line(
        what="steps and arguments with the same plan shape and blocks, jobs 1 and 8",
        measured=f"{len(first.keys() | second.keys()) - len(apart)} of {len(first)}{named}",
        wanted="all",
        met=not apart and bool(first),
    )


def _captured(laboratory: Laboratory, jobs: str) -> dict[Case, WorkVector]:
    with laboratory.empty_shop() as target:
        generated(target, "--jobs", jobs)
        return _work(target)


def _work(target: Target) -> dict[Case, WorkVector]:
    queries = load_queries(QUERIES)
    found = capture(target, queries, shop_source(target), seed=1, progress=silent, clone=True)
    if found.findings:
        raise RuntimeError(found.findings[0].line)
    return {
        (captured.query, case.case, step.step): step.work
        for captured in found.classes
        for case in captured.cases
        for step in case.steps
    }


def _differ(first: dict[Case, WorkVector], second: dict[Case, WorkVector], case: Case) -> bool:
    if case not in first or case not in second:
        return True
    seen = [(work[case].plan_shape, work[case].shared_blocks) for work in (first, second)]
    return seen[0] != seen[1]
