"""Two databases made with different numbers of jobs: whether any query can tell them apart."""

from collections.abc import Iterator, Sequence

from b2bench.clones import clone
from b2bench.progress import silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.capture import capture
from reports.work import WorkVector
from scenarios.samplers import ShopSource, shop_source
from tests.benchmarks.laboratory import Laboratory, Line, generated
from tests.shop import QUERIES

_JOBS = ("1", "8")
# a change of data now and then touches a block more on the very same database, too
_CAPTURES = 3
Case = tuple[str, str, str]
Work = dict[Case, WorkVector]


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield for how many query classes and arguments plan shape and blocks are the same."""
    with laboratory.empty_shop() as one, laboratory.empty_shop() as other:
        for target, jobs in zip((one, other), _JOBS, strict=True):
            generated(target, "--jobs", jobs)
        queries = load_queries(QUERIES)
        first, second = _work(one, queries), _work(other, queries)
        apart = at_first = _apart(first, second)
        for _ in range(_CAPTURES - 1):
            again = [query for query in queries if query.name in {case[0] for case in apart}]
            first, second = first | _work(one, again), second | _work(other, again)
            apart = _apart(first, second)
    named = ": " + ", ".join(" ".join(case) for case in apart[:3]) if apart else ""
    yield Line(
        what="steps and arguments with the same plan shape and blocks, jobs 1 and 8",
        measured=f"{len(first.keys() | second.keys()) - len(apart)} of {len(first)},"
        f" {len(at_first)} of them captured again{named}",
        wanted="all",
        met=not apart and bool(first),
    )


def _work(target: Target, queries: Sequence[QueryClass]) -> Work:
    """Capture what reads together, and what writes in a copy of its own each.

    The rows that a change leaves behind when it is rolled back are met by the changes after it.
    """
    source = shop_source(target)
    work = _captured_in(target, [query for query in queries if not query.writes], source)
    for query in queries:
        if query.writes:
            with clone(target, "plans") as copy:
                work |= _captured_in(copy, [query], source)
    return work


def _captured_in(target: Target, queries: Sequence[QueryClass], source: ShopSource) -> Work:
    found = capture(target, queries, source, seed=1, progress=silent, clone=True)
    if found.findings:
        raise RuntimeError(found.findings[0].line)
    return {
        (captured.query, case.case, step.step): step.work
        for captured in found.classes
        for case in captured.cases
        for step in case.steps
    }


def _apart(first: Work, second: Work) -> list[Case]:
    return sorted(case for case in first.keys() | second.keys() if _differ(first, second, case))


def _differ(first: Work, second: Work, case: Case) -> bool:
    if case not in first or case not in second:
        return True
    seen = [(work[case].plan_shape, work[case].shared_blocks) for work in (first, second)]
    return seen[0] != seen[1]
