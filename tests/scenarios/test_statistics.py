"""The shop's own query classes are planned from an export as on the server of the export."""

from pathlib import Path

import pytest

from b2bench.arguments import Arguments, Case, one_of_each_case
from b2bench.cluster.binaries import find_binaries
from b2bench.progress import silent
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import Capture, capture
from reports.statistics_compared import steps_by_case
from reports.statistics_plans import StatisticsPlans, plan_with_statistics
from scenarios.samplers import shop_source
from tests.postgres import new_database
from tests.reports.exported import export

pytestmark = pytest.mark.pg(">= 18")


Key = tuple[str, str, str]
ShapeAndCost = tuple[tuple[str, ...], float]


def of_the_export(plans: StatisticsPlans) -> dict[Key, ShapeAndCost]:
    return {
        (each.query, told, step.step): (step.shape, step.cost)
        for each in plans.classes
        for told, steps in steps_by_case(each)
        for step in steps
        if not step.is_generic
    }


def of_the_server(found: Capture) -> dict[Key, ShapeAndCost]:
    return {
        (each.query, case.case, step.step): (step.work.plan_shape, step.plan["Plan"]["Total Cost"])
        for each in found.classes
        for case in each.cases
        for step in case.steps
    }


def test_every_class_of_the_shop_has_the_plan_and_the_cost_that_it_has_there(
    server: Target,
    shop_template: Target,
    shop_queries: tuple[QueryClass, ...],
    pg_bin: Path | None,
    tmp_path: Path,
) -> None:
    binaries = find_binaries(pg_bin)
    file = export(shop_template, binaries, tmp_path / "export.sql")
    source = shop_source(shop_template)
    arguments: dict[str, dict[Case, Arguments]] = {
        query.name: one_of_each_case(source, query, seed=1) for query in shop_queries
    }
    with new_database(server, template=shop_template.database) as copy:
        plans = plan_with_statistics(
            copy, file, shop_queries, arguments, binaries=binaries, progress=silent
        )
        reading = [query for query in shop_queries if not query.writes]
        there = of_the_server(capture(copy, reading, source, seed=1, progress=silent))
    assert plans.findings == ()
    mine = of_the_export(plans)
    assert there.keys() <= mine.keys()
    assert [key for key, (shape, _) in there.items() if mine[key][0] != shape] == []
    assert {key: mine[key][1] for key in there} == {
        key: pytest.approx(cost, rel=0.01) for key, (_, cost) in there.items()
    }
