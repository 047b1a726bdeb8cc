"""The last pieces of a shelf are promised once each."""

from pathlib import Path

from b2bench.target import Target
from tests.loadgen.driver.lab import accounted
from tests.scenarios.last_units import UNITS, sell_out


def test_the_last_units_are_sold_once_each_whatever_deadlocks_there_are(
    shop: Target, tmp_path: Path
) -> None:
    sale = sell_out(shop, tmp_path)
    for shelf in sale.shelves:
        assert 0 < shelf.reserved <= shelf.quantity == UNITS
        assert shelf.adds_up
    result = sale.result
    # somebody may be the victim of deadlocks until its attempts are used up
    assert {error.sqlstate for query in result.queries for error in query.errors} <= {"40P01"}
    assert {kind.sqlstate for query in result.queries for kind in query.retries} == {"40P01"}
    # the server chooses the victims: they may all be of one class, but it counted each of them
    assert 0 < sale.deadlocks <= sale.server_deadlocks
    assert result.completed > 0
    assert result.offered == accounted(result)
    assert sale.server.mismatches == ()
