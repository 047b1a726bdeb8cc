"""Fifty buyers want the last pieces of the same two shelves, in opposite order."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection

from b2bench.arguments import ExampleSource
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.runs import LoadResult, RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.statements import ServerAccount, account, planned_queries, take_snapshot
from loadgen.driver.supervise import run_load

UNITS = 100
_QUERIES = Path(__file__).parent / "last_units"
_ENVIRONMENT = {"B2BENCH_QUERIES": str(_QUERIES), "B2BENCH_ARGUMENTS": "example"}
# two goods that are not kept in lots
_SHELVES = [1, 5]
_STOCKED = """
UPDATE inventory_locations
   SET quantity = %s, reserved = 0
 WHERE variant_id = ANY(%s)
   AND location_id = 1
"""
_NEWEST = "SELECT coalesce(max(id), 0) FROM audit_events"
_SHELF = """
SELECT s.quantity,
       s.reserved,
       count(e.id) AS events,
       coalesce(sum((e.new_row ->> 'reserved')::int - (e.old_row ->> 'reserved')::int), 0) AS pieces
  FROM inventory_locations s
  LEFT JOIN audit_events e
    ON e.table_name = 'inventory_locations'
   AND e.record_key = format('%%s/%%s', s.variant_id, s.location_id)
   AND e.id > %s
 WHERE s.variant_id = %s
   AND s.location_id = 1
 GROUP BY s.quantity, s.reserved
"""
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is left of a shelf, and what the audit says of it."""

    quantity: int
    reserved: int
    events: int
    promised: int

    @property
    def adds_up(self) -> bool:
        """Whether no piece was promised twice, and each promise is one event of one piece."""
        return self.reserved <= self.quantity and self.events == self.promised == self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A load for the last units, and what came of them."""

    result: LoadResult
    server: ServerAccount
    shelves: tuple[Shelf, ...]
    server_deadlocks: int

    @property
    def deadlocks(self) -> int:
        """Transactions that were begun anew."""
        return sum(query.restarts for query in self.result.queries)


def sell_out(shop: Target, folder: Path, *, users: int = 50, duration_s: float = 5) -> Sale:
    """Let users reserve pieces of two shelves in transactions that meet each other."""
    with connect(shop) as connection:
        connection.execute(_STOCKED, (UNITS, _SHELVES))
        newest = _number(connection, _NEWEST)
        before = take_snapshot(connection)
        plan = _plan(connection, shop, Stage(duration_s=duration_s, users=users))
        hasty = shop.with_setting("deadlock_timeout", "50ms")
        result = run_load(hasty, plan, folder, silent, environment=_ENVIRONMENT)
        queries = load_queries(_QUERIES)
        server = account(connection, queries, plan=plan, result=result, before=before)
        shelves = tuple(_shelf(connection, newest, variant) for variant in _SHELVES)
        deadlocks = _number(connection, _DEADLOCKS)
    return Sale(result=result, server=server, shelves=shelves, server_deadlocks=deadlocks)


def _number(connection: Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _shelf(connection: Connection, newest: int, variant: int) -> Shelf:
    row = connection.execute(_SHELF, (newest, variant)).fetchone()
    assert row is not None
    return Shelf(quantity=row[0], reserved=row[1], events=row[2], promised=row[3])


def _plan(connection: Connection, shop: Target, stage: Stage) -> RunPlan:
    queries = load_queries(_QUERIES)
    return RunPlan(
        run="last units",
        workload="folder",
        target=shop.shown,
        stages=(stage,),
        warmup_s=0,
        seed=1,
        scenarios=(ScenarioShare(scenario="Visitor", weight=1),),
        queries=planned_queries(connection, queries, ExampleSource(datetime.now(UTC))),
    )
