"""The gate beside busy processors: what did not change is not worse."""

import pytest

from b2bench.clones import clone
from b2bench.findings import Finding, Severity
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.baseline import first_cases, record
from reports.capture import Capture, capture
from reports.gate import judge
from tests.benchmarks.gate.quick import BUSY_LOOPS, busy_loops, typical_source
from tests.postgres import new_database
from tests.shop import QUERIES

RUNS = 10


@pytest.mark.timeout(900)
def test_ten_quick_gates_beside_busy_loops_find_nothing(
    server: Target, shop_template: Target
) -> None:
    queries = load_queries(QUERIES)
    found = list[Finding]()
    with new_database(server, template=shop_template.database) as shop:
        source = typical_source(shop)

        def look() -> Capture:
            with clone(shop, "explain") as copy:
                return capture(copy, queries, source, seed=1, progress=silent, clone=True)

        baseline = first_cases(record(look()))
        with busy_loops(BUSY_LOOPS):
            for _ in range(RUNS):
                verdict = judge(baseline, look())
                assert verdict.compared == len(queries)
                found += (each for each in verdict.findings if each.severity is not Severity.NOTE)
    assert found == []
