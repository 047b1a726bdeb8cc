"""What auditing costs a statement that writes one row, as an application's do."""

import time
from collections.abc import Iterator
from statistics import median

from psycopg import Connection

from b2bench.database import connect
from tests.benchmarks.audit.forms import Audit, audited
from tests.benchmarks.laboratory import Laboratory, Line, spread

_STATEMENTS = 400
_ROUNDS = 9
_WRITES = {
    "insert of one row of rfq_items": (
        *("rfq_items", ("id",)),
        "INSERT INTO rfq_items (rfq_id, variant_id, quantity) VALUES (%s, 1, 1)",
    ),
    "update of one row of rfq_requests": (
        *("rfq_requests", ("id",)),
        "UPDATE rfq_requests SET priority = 'LOW' WHERE id = %s",
    ),
    "update of one row of inventory_locations": (
        *("inventory_locations", ("variant_id", "location_id")),
        "UPDATE inventory_locations SET observed_at = now()"
        " WHERE variant_id = %s AND location_id = 1",
    ),
}


def figures(lab: Laboratory) -> Iterator[Line]:
    """Measure each statement bare, audited, and audited row by row, in turns."""
    shop, _ = lab.filled("standard")
    with connect(shop) as connection:
        connection.prepare_threshold = 0
        for what, (table, key, query) in _WRITES.items():
            taken = _measured(connection, table, key, query)
            for form, times_us in taken.items():
                added = median(times_us) - median(taken[Audit.NONE])
                more = f", {added:+.0f} µs" if form is not Audit.NONE else ""
                yield Line(what=f"{what}, {form}", measured=spread(times_us, "µs") + more)


def _measured(
    connection: Connection, table: str, key: tuple[str, ...], query: str
) -> dict[Audit, list[float]]:
    """Return the microseconds of a statement by form, as the median of each round's."""
    forms, taken = list(Audit), {form: list[float]() for form in Audit}
    for turn in range(_ROUNDS + 1):
        for form in (*forms[turn % 3 :], *forms[: turn % 3]):
            with audited(connection, table, key, form):
                elapsed_us = median(_each_us(connection, query))
            if turn:
                taken[form].append(elapsed_us)
    return taken


def _each_us(connection: Connection, query: str) -> Iterator[float]:
    """Yield what each statement took in one transaction, which is taken back."""
    with connection.transaction(force_rollback=True):
        for place in range(1, _STATEMENTS + 1):
            begin = time.perf_counter()
            connection.execute(query.encode(), (place,))
            yield (time.perf_counter() - begin) * 1e6
