import psycopg

from b2bench.catalogue import read_catalogue
from b2bench.database import connect
from b2bench.target import Target
from schema.deferral import defer, restore


def test_what_a_load_drops_comes_back_as_it_was(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        before = read_catalogue(connection)
        defer(connection)
        assert connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"
        ).fetchone() == (0,)
    restore(bare_shop, jobs=2)
    with connect(bare_shop) as connection:
        assert read_catalogue(connection) == before


def test_a_second_deferral_forgets_nothing_of_a_killed_load(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        before = read_catalogue(connection)
        defer(connection)
        defer(connection)
    restore(bare_shop, jobs=1)
    with connect(bare_shop) as connection:
        assert read_catalogue(connection) == before


def test_what_comes_back_still_says_what_it_is_for(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        connection.execute("COMMENT ON INDEX products_browse IS 'The shop''s shelves'")
        before = _comments(connection)
        defer(connection)
    restore(bare_shop, jobs=2)
    with connect(bare_shop) as connection:
        assert _comments(connection) == before
    assert "The shop's shelves" in before
    assert "At most one active rule for an account, item, quantity and instant" in before


def _comments(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT d.description FROM pg_description d"
        " WHERE d.objoid IN (SELECT oid FROM pg_constraint UNION ALL"
        "   SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        " ORDER BY d.description"
    )
    return [row[0] for row in rows]
