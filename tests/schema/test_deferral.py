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
