import pytest

from b2bench.catalogue import Catalogue, differences, read_catalogue
from b2bench.database import connect
from b2bench.target import Target


def definitions(catalogue: Catalogue, kind: str) -> dict[str, str]:
    return {item.identity: item.definition for item in catalogue.objects if item.kind == kind}


def test_a_database_is_like_itself(shop: Target) -> None:
    with connect(shop) as connection:
        assert differences(read_catalogue(connection), read_catalogue(connection)) == ()


def test_what_was_dropped_added_and_changed_is_named(shop: Target) -> None:
    with connect(shop) as connection:
        before = read_catalogue(connection)
        connection.execute("DROP INDEX products_browse")
        connection.execute("CREATE INDEX extra ON orders (placed_at)")
        connection.execute("ALTER TABLE accounts ALTER company TYPE varchar(200)")
        connection.execute("ALTER TABLE rfq_requests DISABLE TRIGGER rfq_requests_transition")
        connection.execute("SET random_page_cost = 4")
        found = {difference.shown for difference in differences(before, read_catalogue(connection))}
    assert found == {
        "index products_browse is missing",
        "index extra was added",
        "column accounts.company was changed",
        "trigger rfq_requests_transition on rfq_requests was changed",
        "setting random_page_cost is 4, was 1.1",
    }


def test_objects_are_ordered_alike_whatever_the_collation_of_the_database(shop: Target) -> None:
    with connect(shop) as connection:
        objects = read_catalogue(connection).objects
    assert list(objects) == sorted(objects, key=lambda item: (item.kind, item.identity))
    assert len({(item.kind, item.identity) for item in objects}) == len(objects)


def test_the_search_path_of_the_session_changes_nothing_but_itself(
    empty_database: Target,
) -> None:
    with connect(empty_database) as connection:
        connection.execute("CREATE SCHEMA sales")
        connection.execute("CREATE TYPE sales.stage AS ENUM ('OPEN')")
        connection.execute("CREATE TABLE sales.orders (id int PRIMARY KEY, stage sales.stage)")
        connection.execute("CREATE TABLE parts (id int REFERENCES sales.orders)")
        connection.execute("CREATE VIEW open AS SELECT * FROM sales.orders WHERE stage = 'OPEN'")
        before = read_catalogue(connection)
        connection.execute("SET search_path = sales, public")
        after = read_catalogue(connection)
        assert connection.execute("SHOW search_path").fetchone() == ("sales, public",)
    assert [each.shown for each in differences(before, after)] == [
        'setting search_path is sales, public, was "$user", public'
    ]
    assert definitions(after, "constraint")["parts_id_fkey on parts"] == (
        "FOREIGN KEY (id) REFERENCES sales.orders(id)"
    )


def test_a_transaction_of_the_caller_goes_on(empty_database: Target) -> None:
    with connect(empty_database) as connection, connection.transaction():
        connection.execute("SET LOCAL search_path = pg_temp")
        connection.execute("CREATE TABLE public.orders (id int)")
        assert "orders" in definitions(read_catalogue(connection), "table")
        assert connection.execute("SHOW search_path").fetchone() == ("pg_temp",)


@pytest.mark.parametrize(
    "name", ["shared_buffers", "maintenance_work_mem", "huge_pages", "wal_level", "TimeZone"]
)
def test_what_a_machine_is_sized_by_is_no_setting_of_a_query(
    empty_database: Target, name: str
) -> None:
    with connect(empty_database) as connection:
        assert name not in definitions(read_catalogue(connection), "setting")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("effective_cache_size", "1GB"),
        ("enable_seqscan", "off"),
        ("hash_mem_multiplier", "9"),
        ("jit", "off"),
        ("plan_cache_mode", "force_generic_plan"),
        ("search_path", "elsewhere"),
        ("seq_page_cost", "7"),
        ("work_mem", "64kB"),
        ("pg_trgm.similarity_threshold", "0.9"),
    ],
)
def test_settings_that_sessions_begin_with_are_seen(
    server: Target, empty_database: Target, name: str, value: str
) -> None:
    with connect(server) as connection:
        connection.execute(
            f"ALTER DATABASE {empty_database.database} SET {name} = '{value}'".encode()
        )
    with connect(empty_database) as connection:
        assert definitions(read_catalogue(connection), "setting")[name] == value


def test_objects_of_extensions_and_of_b2bench_are_left_out(shop: Target) -> None:
    with connect(shop) as connection:
        found = read_catalogue(connection)
    assert "pg_trgm" in definitions(found, "extension")
    assert not [item for item in found.objects if "similarity(" in item.identity]
    assert not [item for item in found.objects if "b2bench_" in item.identity]
    assert not [item for item in found.objects if item.identity.startswith("pg_stat_statements.")]


def test_what_an_application_keeps_in_settings_of_its_own_is_left_out(shop: Target) -> None:
    with connect(shop) as connection:
        for setting in ("\"app.secret\" TO 'canary'", "pg_trgm.similarity_threshold TO 0.6"):
            connection.execute(f"ALTER DATABASE {shop.database} SET {setting}".encode())
    with connect(shop) as connection:
        objects = read_catalogue(connection).objects
    assert "canary" not in str(objects)
    assert [each.definition for each in objects if each.identity.startswith("pg_trgm.")] == ["0.6"]
