from b2bench.catalogue import differences, read_catalogue
from b2bench.database import connect
from b2bench.target import Target


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
