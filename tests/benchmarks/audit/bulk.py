"""What auditing costs a bulk update of 20,000 rows, with its commit."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from psycopg import Connection, sql

from b2bench.database import connect
from tests.benchmarks.audit.forms import Audit, audited
from tests.benchmarks.laboratory import Laboratory, Line, spread

_ROWS = 20_000
_ROUNDS = 9
_MOST_TIMES = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Update:
    """A table, its key, and a column that no index and no rule is about."""

    table: str
    key: tuple[str, ...]
    column: str


_UPDATES = (
    _Update(table="volume_discounts", key=("id",), column="percent"),
    _Update(table="rfq_items", key=("id",), column="target_price"),
    _Update(table="inventory_locations", key=("variant_id", "location_id"), column="observed_at"),
)


def figures(lab: Laboratory) -> Iterator[Line]:
    """Measure each update bare, audited, and audited row by row, in turns."""
    shop, _ = lab.filled("standard")
    with connect(shop) as connection:
        for update in _UPDATES:
            yield from _lines(update, _measured(connection, update))


def _lines(update: _Update, taken: dict[Audit, list[float]]) -> Iterator[Line]:
    for form, times_ms in taken.items():
        what = f"update of {_ROWS:,} rows of {update.table}, {form}"
        yield Line(what=what, measured=spread(times_ms, "ms"))
    for form in (Audit.STATEMENT, Audit.ROW):
        pairs = zip(taken[form], taken[Audit.NONE], strict=True)
        times = [with_ms / bare_ms for with_ms, bare_ms in pairs]
        is_ours = form is Audit.STATEMENT
        yield Line(
            what=f"{update.table}, {form} against bare",
            measured=spread(times, "times"),
            wanted=f"at most {_MOST_TIMES:.0f} times" if is_ours else "",
            met=not is_ours or median(times) <= _MOST_TIMES,
        )


def _measured(connection: Connection, update: _Update) -> dict[Audit, list[float]]:
    """Return milliseconds by form; each round has all of them, in an order that moves on."""
    forms, taken = list(Audit), {form: list[float]() for form in Audit}
    for turn in range(_ROUNDS + 1):
        for form in (*forms[turn % 3 :], *forms[: turn % 3]):
            with audited(connection, update.table, update.key, form):
                elapsed_ms = _update_ms(connection, update)
            # the first round warms up
            if turn:
                taken[form].append(elapsed_ms)
    return taken


def _update_ms(connection: Connection, update: _Update) -> float:
    query = sql.SQL(
        "UPDATE {table} SET {column} = {column} WHERE ctid = ANY (ARRAY("
        " SELECT ctid FROM {table} ORDER BY {key} LIMIT {rows}))"
    ).format(
        table=sql.Identifier(update.table),
        column=sql.Identifier(update.column),
        key=sql.SQL(", ").join(map(sql.Identifier, update.key)),
        rows=_ROWS,
    )
    begin = time.perf_counter()
    changed = connection.execute(query).rowcount
    elapsed_ms = (time.perf_counter() - begin) * 1000
    assert changed == _ROWS
    connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(update.table)))
    return elapsed_ms
