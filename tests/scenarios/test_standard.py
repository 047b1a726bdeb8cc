"""The query classes on 10,000 products and 100,000 variants: what they read, page by page."""

import pytest

from b2bench.clones import clone
from b2bench.database import connect
from b2bench.marker import require_data_set
from b2bench.progress import silent
from b2bench.queries import QueryClass, read_query_class
from b2bench.target import Target
from reports.capture import Capture, capture
from reports.explaining import CaseCapture, explain_case
from reports.plans import raw_nodes
from scenarios.samplers import shop_source
from tests.shop import QUERIES

_LARGE = 10_000
_PAGES = 1_000
_TALL = "UPDATE products SET category_id = 1, status = 'ACTIVE'"


pytestmark = pytest.mark.xdist_group("standard")


@pytest.fixture(scope="module")
def captured(standard_template: Target, shop_queries: tuple[QueryClass, ...]) -> Capture:
    with clone(standard_template, "test") as copy:
        source = shop_source(standard_template)
        return capture(copy, shop_queries, source, seed=1, progress=silent, clone=True)


def test_every_class_can_be_explained(captured: Capture) -> None:
    assert captured.findings == ()


def test_no_large_table_is_read_from_end_to_end_unless_its_file_says_why(
    captured: Capture, standard_template: Target
) -> None:
    rows = require_data_set(standard_template).rows
    read = {
        (each.query, table)
        for each in captured.classes
        for case in each.cases
        for table in _read_whole(case)
        if rows.get(table, 0) >= _LARGE
    }
    allowed = {
        (each.query, allowance.subject)
        for each in captured.classes
        for allowance in each.allowances
        if allowance.code == "seq_scan"
    }
    assert read - allowed == set()


def _read_whole(case: CaseCapture) -> set[str]:
    return {
        node["Relation Name"]
        for step in case.steps
        for node in raw_nodes(step.plan["Plan"])
        if node["Node Type"] == "Seq Scan"
    }


def test_page_1000_is_within_twice_the_work_of_page_1(standard_template: Target) -> None:
    """Of one category with all products, at ten on a page."""
    query = read_query_class(QUERIES / "browse_category.sql")
    [arguments] = shop_source(standard_template).draw(query, seed=1, count=1)
    with clone(standard_template, "test") as copy:
        with connect(copy) as connection:
            connection.execute(_TALL.encode())
            connection.execute("VACUUM ANALYZE products")
            last = connection.execute(
                "SELECT title_key, id FROM products ORDER BY title_key, id OFFSET %s LIMIT 1",
                (10 * (_PAGES - 1) - 1,),
            ).fetchone()
        assert last is not None
        blocks = []
        for title, key in (("", 0), last):
            with connect(copy) as connection:
                page = {"category_id": 1, "after_title": title, "after_id": key}
                values = {**arguments.values, **page}
                case = explain_case(connection, query, type(arguments)(values=values))
                blocks.append(case.steps[0].work.shared_blocks)
    assert blocks[1] <= 2 * blocks[0], blocks
