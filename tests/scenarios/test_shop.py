import pytest
from psycopg import Connection, RawCursor

from b2bench.arguments import Case, one_of_each_case
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.queries import Frequency, QueryClass, load_queries
from b2bench.queryids import SET_CONFIG, statement_ids
from b2bench.target import Target
from scenarios.samplers import shop_source
from scenarios.workloads import load_workloads
from tests.shop import QUERIES

_NAMES = [query.name for query in load_queries(QUERIES)]


def _query(name: str) -> QueryClass:
    return load_queries(QUERIES, [name])[0]


@pytest.mark.parametrize("name", _NAMES)
def test_our_files_say_why_for_whom_and_how_often(name: str) -> None:
    query = _query(name)
    assert query.why
    assert query.role in {
        "shop_buyer",
        "shop_representative",
        "shop_back_office",
        "shop_sync",
        "shop_reader",
    }
    assert query.slo_ms is not None or query.frequency is Frequency.BATCH


@pytest.mark.parametrize("name", _NAMES)
def test_a_sampler_draws_arguments_that_the_query_takes(shop_template: Target, name: str) -> None:
    query, source = _query(name), shop_source(shop_template)
    drawn = source.draw(query, seed=1, count=50)
    assert len(drawn) == 50
    assert source.draw(query, seed=1, count=50) == drawn
    declared = {parameter.name for parameter in query.parameters}
    assert all(set(arguments.values) == declared | {"as_of"} for arguments in drawn)


@pytest.mark.parametrize("name", [n for n in _NAMES if len(_query(n).steps) == 1])
def test_typical_arguments_find_rows_and_misses_find_none(shop: Target, name: str) -> None:
    query, source = _query(name), shop_source(shop)
    with connect(shop) as connection:
        rows = {
            case: _rows(connection, query, arguments.encoded(query.steps[0].parameters))
            for case, arguments in one_of_each_case(source, query, seed=5).items()
        }
    assert max(rows.values()) > 0
    assert rows.get(Case.MISS, 0) == 0


def _rows(connection: Connection, query: QueryClass, values: list[bytes | None]) -> int:
    cursor = RawCursor(connection)
    cursor.execute(query.steps[0].sql.encode(), [None if v is None else v.decode() for v in values])
    return len(cursor.fetchall())


def test_no_two_classes_share_a_queryid(shop: Target, shop_queries: tuple[QueryClass, ...]) -> None:
    source = shop_source(shop)
    with connect(shop) as connection:
        ids = [
            i.queryid
            for query in shop_queries
            for i in statement_ids(connection, query, source)
            if i.step != SET_CONFIG
        ]
    assert len(set(ids)) == len(ids)


def test_every_query_class_is_in_some_workload() -> None:
    run = {name for workload in load_workloads().values() for name in workload.queries}
    assert set(_NAMES) == run


def test_a_class_without_a_sampler_is_bad_input(shop: Target) -> None:
    stranger = QueryClass(name="theirs", path=QUERIES / "theirs.sql", steps=(), sampler="theirs")
    with pytest.raises(BadInput, match="no sampler 'theirs'"):
        shop_source(shop).draw(stranger, seed=1, count=1)


def test_data_of_another_version_are_bad_input(shop: Target) -> None:
    with connect(shop) as connection:
        connection.execute("UPDATE b2bench_meta.data_set SET generator_version = 1")
    with pytest.raises(BadInput, match="another version of b2bench: run `b2bench data generate`"):
        shop_source(shop)
