"""States that no catalogue shows: each is made, named by what was seen, and mended."""

from collections.abc import Iterator

import pytest

from b2bench.catalogue import read_catalogue
from b2bench.database import connect
from b2bench.target import Target
from reports.probes import Probe, probes
from tests.postgres import change, new_database

SCHEMA = (
    "CREATE SCHEMA sales",
    'CREATE TABLE sales."Orders" (id bigint PRIMARY KEY, words text[], note text)'
    " WITH (autovacuum_enabled = off)",
    """INSERT INTO sales."Orders"
       SELECT i, ARRAY['word' || i, 'word' || i % 7], repeat('x', 100)
         FROM generate_series(1, 5000) AS i""",
    'CREATE INDEX orders_words ON sales."Orders" USING gin (words)',
    "CREATE TABLE visits (at int) PARTITION BY RANGE (at)",
    "CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (100)",
    "INSERT INTO visits SELECT i FROM generate_series(1, 99) AS i",
    "VACUUM (ANALYZE)",
)
ORDERS = 'sales."Orders"'
RELATIONS = ("sales.Orders",)


@pytest.fixture(scope="module")
def template(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        change(target, *SCHEMA)
        yield target


@pytest.fixture
def copy(server: Target, template: Target) -> Iterator[Target]:
    with new_database(server, template=template.database) as target:
        yield target


def found(target: Target, kind: str, identity: str = ORDERS) -> Probe | None:
    seen = [each for each in probes(target, RELATIONS) if each.kind == kind]
    return next((each for each in seen if each.identity == identity), None)


def seen(target: Target, kind: str, identity: str = ORDERS) -> Probe:
    probe = found(target, kind, identity)
    assert probe is not None
    return probe


def test_of_a_sound_table_only_what_cannot_be_seen_is_doubted(copy: Target) -> None:
    assert [each.shown for each in probes(copy, RELATIONS)] == [
        f"statistics of {ORDERS} are stale or missing",
        "index sales.orders_words may be bloated",
    ]


def test_the_cheapest_experiments_come_first(copy: Target) -> None:
    change(
        copy,
        """INSERT INTO sales."Orders" SELECT i, ARRAY['more'] FROM generate_series(6000, 6500) i""",
        'DELETE FROM sales."Orders" WHERE id % 2 = 0',
    )
    kinds = [each.kind for each in probes(copy, ("sales.Orders", "public.visits_1"))]
    assert kinds[:5] == ["statistics"] * 3 + ["pending list", "dead rows"]


def test_missing_statistics_are_gathered(copy: Target) -> None:
    change(copy, """DELETE FROM pg_statistic WHERE starelid = 'sales."Orders"'::regclass""")
    probe = seen(copy, "statistics")
    assert probe.shown == f"statistics of {ORDERS} are missing"
    probe.apply()
    assert "missing" not in seen(copy, "statistics").shown.removesuffix("stale or missing")


def test_stale_statistics_say_how_many_rows_there_are(copy: Target) -> None:
    change(
        copy,
        """INSERT INTO sales."Orders" SELECT i FROM generate_series(6000, 16000) i""",
    )
    assert seen(copy, "statistics").shown == (
        f"statistics of {ORDERS} are stale: 5,000 rows expected, 15,001 there"
    )


def test_a_partitioned_table_has_statistics_of_its_own(copy: Target) -> None:
    names = [each.identity for each in probes(copy, ("public.visits_1",))]
    assert names == ["public.visits", "public.visits_1"]


def test_a_pending_list_is_emptied(copy: Target) -> None:
    change(
        copy,
        """INSERT INTO sales."Orders" SELECT i, ARRAY['more'] FROM generate_series(6000, 6500) i""",
    )
    probe = seen(copy, "pending list", "sales.orders_words")
    assert probe.shown.startswith("the pending list of index sales.orders_words holds ")
    probe.apply()
    assert found(copy, "pending list", "sales.orders_words") is None


def test_dead_rows_are_counted_and_removed(copy: Target) -> None:
    change(copy, 'DELETE FROM sales."Orders" WHERE id > 4000')
    probe = seen(copy, "dead rows")
    assert probe.shown == f"{ORDERS} holds 1,000 dead rows"
    probe.apply()
    assert found(copy, "dead rows") is None


def test_pages_that_are_not_known_to_be_visible_are_counted(copy: Target) -> None:
    change(copy, """INSERT INTO sales."Orders" VALUES (6000, NULL, 'y')""")
    probe = seen(copy, "visibility")
    assert f"pages of {ORDERS} are known to be visible to all" in probe.shown
    probe.apply()
    assert found(copy, "visibility") is None


def test_a_bloated_table_and_its_index_are_made_anew(copy: Target) -> None:
    change(copy, 'DELETE FROM sales."Orders" WHERE id % 5 > 0', f"VACUUM (ANALYZE) {ORDERS}")
    index, table = seen(copy, "bloat", 'sales."Orders_pkey"'), seen(copy, "bloat")
    assert index.shown.startswith('index sales."Orders_pkey" is bloated: its leaves are ')
    assert table.shown.startswith(f"table {ORDERS} is bloated: ")
    index.apply()
    table.apply()
    assert found(copy, "bloat", 'sales."Orders_pkey"') is None
    assert found(copy, "bloat") is None
    assert found(copy, "visibility") is None


def test_looking_leaves_the_catalogue_as_it_was(copy: Target) -> None:
    with connect(copy) as connection:
        before = read_catalogue(connection)
        probes(copy, RELATIONS)
        assert read_catalogue(connection) == before
        assert connection.execute(
            "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^b2bench'"
        ).fetchone() == (0,)


def test_without_the_extensions_everything_is_doubted(server: Target, copy: Target) -> None:
    change(copy, 'GRANT USAGE ON SCHEMA sales TO PUBLIC; GRANT SELECT ON sales."Orders" TO PUBLIC')
    name = f"reader_{copy.database}"
    with connect(server) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        try:
            as_reader = copy.with_setting("role", name)
            shown = [each.shown for each in probes(as_reader, RELATIONS)]
        finally:
            connection.execute(f"DROP ROLE {name}".encode())
    assert f"table {ORDERS} may be bloated" in shown
    assert "the pending list of index sales.orders_words may hold pages" in shown
