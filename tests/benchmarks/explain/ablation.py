"""Dropping every index of the standard data set: how long it takes, and what is left behind."""

from collections.abc import Iterator

from b2bench.arguments import one_of_each_case
from b2bench.catalogue import differences, read_catalogue
from b2bench.clones import clone
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import load_queries
from reports.ablation import ablate
from reports.ablation_page import ablation_section
from scenarios.samplers import shop_source
from tests.amcheck import complaints
from tests.benchmarks.laboratory import Laboratory, Line
from tests.shop import QUERIES

_MOST_S = 30
_MOST_BYTES = 400_000


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield the time, in all and by phase, and whether the clone is what it was."""
    target, _ = laboratory.filled("standard")
    queries, source = load_queries(QUERIES), shop_source(target)
    arguments = {query.name: one_of_each_case(source, query, seed=1) for query in queries}
    with clone(target, "ablate") as copy:
        with connect(copy) as connection:
            before = read_catalogue(connection)
        found = ablate(copy, queries, arguments, progress=silent)
        with connect(copy) as connection:
            changed = differences(before, read_catalogue(connection))
        said = complaints(copy, laboratory.binaries)
    yield Line(
        what=f"ablation of {len(found.indexes)} indexes, {len(found.queries)} query classes with "
        f"{found.cases} cases, {found.executions} executions",
        measured=f"{found.seconds:.1f} s",
        wanted=f"at most {_MOST_S} s",
        met=found.seconds <= _MOST_S and not found.unread,
    )
    for phase in found.phases:
        yield Line(what=f"  {phase.name}", measured=f"{phase.seconds:.1f} s")
    yield Line(
        what="catalogue afterwards",
        measured=f"{len(changed)} differences",
        wanted="none",
        met=not changed,
    )
    yield Line(
        what="pg_amcheck --heapallindexed --parent-check afterwards",
        measured=said or "sound",
        wanted="sound",
        met=not said,
    )
    size_bytes = len(ablation_section(found).body.encode())
    yield Line(
        what="heat map with its findings",
        measured=f"{size_bytes / 1_000:.0f} kB",
        wanted=f"at most {_MOST_BYTES / 1_000:.0f} kB",
        met=size_bytes <= _MOST_BYTES,
    )
