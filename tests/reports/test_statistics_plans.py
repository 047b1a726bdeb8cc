"""With the statistics of another server, this one plans as that one does, without its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from b2bench.arguments import Case
from b2bench.cluster.binaries import Binaries, find_binaries
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.findings import Finding
from b2bench.progress import silent
from b2bench.queries import QueryClass
from b2bench.records import from_json, to_json
from b2bench.target import Target
from reports.capture import Capture
from reports.statistics_compared import compared, steps_by_case
from reports.statistics_page import statistics_section
from reports.statistics_plans import PlannedStep, StatisticsPlans, plan_with_statistics
from tests.postgres import new_database
from tests.reports.exported import CANARY, arguments_of, export, grow, shrink
from tests.reports.shop import captured

pytestmark = pytest.mark.pg(">= 18")

Queries = tuple[QueryClass, ...]
# an index that grew row by row may be a level lower than one that was built at once, and the
# statistics do not tell which it is
_COST = 0.02


@pytest.fixture(scope="session")
def binaries(pg_bin: Path | None) -> Binaries:
    return find_binaries(pg_bin)


@pytest.fixture(scope="session")
def production(server: Target, server_major: int) -> Iterator[Target]:
    # what a session shares is made before a test's own mark is looked at
    if server_major < 18:
        pytest.skip("needs PostgreSQL 18")
    with new_database(server) as target:
        grow(target)
        yield target


@pytest.fixture(scope="session")
def exported(
    production: Target, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return export(production, binaries, tmp_path_factory.mktemp("export") / "production.sql")


@pytest.fixture(scope="session")
def shop_here(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give a shop with few rows."""
    with new_database(server, template=shop_template.database) as target:
        shrink(target)
        yield target


@pytest.fixture(scope="session")
def plans(
    shop_here: Target, exported: Path, queries: Queries, binaries: Binaries
) -> StatisticsPlans:
    return planned(shop_here, exported, queries, binaries)


@pytest.fixture(scope="session")
def capture_here(server: Target, shop_here: Target, queries: Queries) -> Capture:
    with new_database(server, template=shop_here.database) as target:
        return captured(target, queries)


def planned(target: Target, file: Path, queries: Queries, binaries: Binaries) -> StatisticsPlans:
    return plan_with_statistics(
        target, file, queries, arguments_of(queries), binaries=binaries, progress=silent
    )


@contextmanager
def changed(server: Target, template: Target, *statements: str) -> Iterator[Target]:
    """Give a copy of a shop whose schema has gone another way."""
    with new_database(server, template=template.database) as target:
        with connect(target) as connection:
            for statement in statements:
                connection.execute(statement.encode())
        yield target


def steps(
    plans: StatisticsPlans, *, generic: bool = True
) -> dict[tuple[str, str, str], PlannedStep]:
    return {
        (each.query, told, step.step): step
        for each in plans.classes
        for told, found in steps_by_case(each)
        for step in found
        if generic or not step.is_generic
    }


def codes(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.code: f"{finding.subject}: {finding.message}" for finding in findings}


def test_every_plan_is_the_one_that_the_server_of_the_export_chooses(
    plans: StatisticsPlans, production: Target, server: Target, queries: Queries
) -> None:
    with new_database(server, template=production.database) as copy:
        there = captured(copy, queries)
    mine = steps(plans, generic=False)
    assert {query for query, _, _ in mine} == {query.name for query in queries}
    for captured_class in there.classes:
        for case in captured_class.cases:
            for step in case.steps:
                if found := mine.get((captured_class.query, case.case, step.step)):
                    assert found.shape == step.work.plan_shape
                    cost = step.plan["Plan"]["Total Cost"]
                    assert found.cost == pytest.approx(cost, rel=_COST), captured_class.query
                    assert found.rows == step.plan["Plan"]["Plan Rows"]


def test_where_this_server_plans_otherwise_a_finding_names_the_nodes(
    plans: StatisticsPlans, capture_here: Capture
) -> None:
    found = {
        finding.subject: finding.message
        for finding in compared(plans, capture_here).findings
        if finding.code == "plan-differs-there"
    }
    assert found["find_sku"] == (
        "typical: another plan there: "
        "Seq Scan on products → Index Scan using products_sku on products"
    )
    assert "place_order.create" not in found


def test_a_step_that_waits_for_a_row_is_planned_without_its_arguments(
    plans: StatisticsPlans,
) -> None:
    generic = {key: step.is_generic for key, step in steps(plans).items()}
    assert generic["place_order", Case.TYPICAL, "create"] is False
    assert generic["place_order", Case.TYPICAL, "add_line"] is True
    assert generic["find_sku", "generic", "main"] is True


def test_relations_and_columns_are_counted(plans: StatisticsPlans) -> None:
    # three tables, two keys, three indexes; what is empty there has statistics, too
    assert (plans.relations, plans.attributes) == (8, 10)
    assert plans.findings == ()


def test_nothing_is_left_behind_and_nothing_changed(
    plans: StatisticsPlans, server: Target, shop_here: Target
) -> None:
    assert plans.classes
    with connect(server) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'b2bench_statistics_%'"
        ).fetchall()
    with connect(shop_here) as connection:
        pages = connection.execute("SELECT pg_relation_size('products') / 8192").fetchone()
    assert (left, pages) == ([], (1,))


def test_plans_survive_as_json(plans: StatisticsPlans) -> None:
    assert from_json(to_json(plans), StatisticsPlans, source="itself") == plans


def test_no_value_of_the_statistics_is_in_an_artefact(
    plans: StatisticsPlans, exported: Path, capture_here: Capture
) -> None:
    assert CANARY in exported.read_text()
    whole = compared(plans, capture_here)
    assert CANARY not in to_json(whole).decode()
    assert CANARY not in statistics_section(whole, shown=True).body


def test_a_value_that_the_schema_here_refuses_is_not_quoted(
    server: Target, shop_here: Target, exported: Path, queries: Queries, binaries: Binaries
) -> None:
    change = "ALTER TABLE products ALTER note TYPE date USING '2025-01-01'"
    with changed(server, shop_here, change) as target:
        plans = planned(target, exported, queries, binaries)
    assert codes(plans.findings)["statistics-refused"] == (
        "public.products.note: a value is none here (22007) ×2"
    )
    assert CANARY not in to_json(plans).decode()


def test_a_schema_that_differs_is_told(
    server: Target, shop_here: Target, exported: Path, queries: Queries, binaries: Binaries
) -> None:
    changes = (
        "DROP INDEX products_sku",
        "ALTER TABLE products RENAME note TO remark",
        "CREATE TABLE baskets (id bigint)",
        "CREATE STATISTICS families (dependencies) ON family, sku FROM products",
    )
    with changed(server, shop_here, *changes) as target:
        plans = planned(target, exported, queries, binaries)
    found = codes(plans.findings)
    assert "1 relation (public.products_sku)" in found["relation-not-here"]
    assert "1 column (public.products.note)" in found["column-not-here"]
    assert "1 table (public.baskets)" in found["statistics-missing"]
    assert "1 object (public.families)" in found["extended-statistics-missing"]
    assert steps(plans)["find_sku", Case.TYPICAL, "main"].shape == ("Seq Scan on products",)


def test_settings_of_the_database_hold_for_its_plans(
    server: Target, shop_here: Target, exported: Path, queries: Queries, binaries: Binaries
) -> None:
    with changed(server, shop_here) as target:
        with connect(target) as connection:
            connection.execute(f"ALTER DATABASE {target.database} SET enable_indexscan = off")
        plans = planned(target, exported, queries, binaries)
    found = steps(plans)["find_sku", Case.TYPICAL, "main"]
    assert found.plan["Settings"]["enable_indexscan"] == "off"
    assert "Bitmap Heap Scan on products" in found.shape


def test_a_class_that_cannot_be_planned_is_told_and_the_others_are_planned(
    shop_here: Target, exported: Path, queries: Queries, binaries: Binaries
) -> None:
    [find_sku] = [query for query in queries if query.name == "find_sku"]
    plans = plan_with_statistics(
        shop_here,
        exported,
        [find_sku],
        arguments_of(queries),
        binaries=binaries,
        roles={find_sku.role: "pg_monitor"},
        progress=silent,
    )
    assert "permission denied for table products" in codes(plans.findings)["cannot-plan"]
    assert plans.classes[0].cases == ()


def test_constants_are_hidden_unless_asked_for(
    plans: StatisticsPlans, capture_here: Capture
) -> None:
    whole = compared(plans, capture_here)
    assert "SKU-4711" not in statistics_section(whole, shown=False).body
    assert "SKU-4711" in statistics_section(whole, shown=True).body


def test_the_section_draws_the_plans_that_differ(
    plans: StatisticsPlans, capture_here: Capture
) -> None:
    body = statistics_section(compared(plans, capture_here), shown=False).body
    assert "Seq Scan on products → Index Scan using products_sku on products" in body
    assert 'id="statistics-find_sku-typical-main"' in body
    assert 'id="statistics-place_order-typical-create"' not in body
    assert (
        'id="statistics-place_order-typical-create"' in statistics_section(plans, shown=False).body
    )


def test_a_server_that_is_not_ours_is_refused(
    server: Target, shop_here: Target, exported: Path, queries: Queries, binaries: Binaries
) -> None:
    with connect(server) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    marker = Path(row[0]).parent / ".b2bench-server"
    if not marker.exists():
        pytest.skip("the server was named with --dsn")
    marker.rename(marker.with_suffix(".away"))
    try:
        with pytest.raises(BadInput, match="leave out --dsn"):
            planned(shop_here, exported, queries, binaries)
    finally:
        marker.with_suffix(".away").rename(marker)
