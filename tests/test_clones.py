import psycopg
import pytest

from b2bench.clones import clone, origin, scratch
from b2bench.database import connect
from b2bench.errors import BadInput, NotOurDatabase
from b2bench.target import Target


def databases(server: Target, prefix: str) -> list[str]:
    with connect(server) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)
        )
        return [row[0] for row in rows]


def test_a_clone_takes_changes_and_is_dropped(server: Target, shop: Target) -> None:
    with clone(shop, "run") as copy:
        assert origin(copy.database) == shop.database
        with connect(copy) as connection:
            connection.execute("DELETE FROM cart_items")
    assert databases(server, shop.database) == [shop.database]
    with connect(shop) as connection:
        assert connection.execute("SELECT count(*) FROM cart_items").fetchone() == (900,)


def test_a_clone_has_the_settings_of_its_database(shop: Target) -> None:
    with connect(shop) as connection:
        connection.execute(f"ALTER DATABASE {shop.database} SET work_mem = '123kB'".encode())
        connection.execute(
            f'ALTER DATABASE {shop.database} SET search_path = "$user", public, "odd one"'.encode()
        )
        connection.execute(
            f"ALTER ROLE CURRENT_USER IN DATABASE {shop.database} SET jit_above_cost = 7".encode()
        )
    with clone(shop, "run") as copy, connect(copy) as connection:
        said = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("work_mem", "search_path", "jit_above_cost")
        ]
    assert said == [("123kB",), ('"$user", public, "odd one"',), ("7",)]


def test_a_clone_is_dropped_when_the_work_fails(server: Target, shop: Target) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        clone(shop, "run") as copy,
        psycopg.connect(copy.conninfo),
    ):
        raise ZeroDivisionError
    assert databases(server, shop.database) == [shop.database]


def test_what_a_killed_command_left_is_swept_and_living_clones_stay(
    server: Target, shop: Target
) -> None:
    left = f"{shop.database}_run_0a1b2c"
    with connect(server) as connection:
        connection.execute(f"CREATE DATABASE {left}".encode())
    with clone(shop, "run") as first, clone(shop, "run") as second:
        assert set(databases(server, shop.database)) == {
            shop.database,
            first.database,
            second.database,
        }


def test_what_was_left_is_swept_whatever_it_was_for(server: Target, shop: Target) -> None:
    with clone(shop, "run") as copy, connect(server) as connection:
        left = f"{copy.database}x"
        connection.execute(f"CREATE DATABASE {left}".encode())
        connection.execute(
            f"COMMENT ON DATABASE {left} IS 'b2bench: a copy of {shop.database} for one piece"
            " of work'".encode()
        )
    with clone(shop, "cause"):
        assert left not in databases(server, shop.database)


def test_a_strangers_database_of_such_a_name_is_left_alone(server: Target, shop: Target) -> None:
    named_so = f"{shop.database}_run_0a1b2c"
    with connect(server) as connection:
        connection.execute(f"CREATE DATABASE {named_so}".encode())
        try:
            with clone(shop, "run", of_scratch=True):
                assert named_so in databases(server, shop.database)
        finally:
            connection.execute(f"DROP DATABASE {named_so}".encode())


def test_a_database_that_is_not_ours_is_not_copied(empty_database: Target) -> None:
    with pytest.raises(NotOurDatabase), clone(empty_database, "run"):
        pass


def test_somebody_who_is_connected_is_named(shop: Target) -> None:
    with (
        psycopg.connect(shop.conninfo, application_name="psql"),
        pytest.raises(BadInput, match="psql"),
        clone(shop, "run"),
    ):
        pass


def test_a_scratch_database_is_empty_and_dropped(server: Target) -> None:
    with scratch(server, "proof") as target, connect(target) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)
        assert databases(server, "b2bench_proof_") == [target.database]
    assert databases(server, "b2bench_proof_") == []
