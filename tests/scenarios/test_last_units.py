"""Many buyers want the last pieces of the same two shelves, in opposite order."""

from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection

from b2bench.arguments import ExampleSource
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.runs import LoadResult, RunPlan, ScenarioShare, Stage
from b2bench.target import Target
from loadgen.driver.statements import account, planned_queries, take_snapshot
from loadgen.driver.supervise import run_load

_QUERIES = Path(__file__).parent / "last_units"
_ENVIRONMENT = {"B2BENCH_QUERIES": str(_QUERIES), "B2BENCH_ARGUMENTS": "example"}
_UNITS = 100
# two goods that are not kept in lots
_SHELVES = [1, 5]
_AUDITED = """
CREATE FUNCTION note_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_events (table_name, record_id, operation, transaction_id, actor,
                              old_row, new_row, occurred_at)
    VALUES (TG_TABLE_NAME, NEW.variant_id, 'UPDATE', pg_current_xact_id()::text::bigint,
            current_user, to_jsonb(OLD), to_jsonb(NEW), clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER note_stock AFTER UPDATE ON inventory_locations
    FOR EACH ROW EXECUTE FUNCTION note_stock();
"""
_PROMISED = """
SELECT count(*), sum((new_row ->> 'reserved')::int - (old_row ->> 'reserved')::int)
  FROM audit_events
 WHERE table_name = 'inventory_locations'
   AND record_id = %s
"""


_STOCK = """
SELECT quantity, reserved
  FROM inventory_locations
 WHERE variant_id = %s
   AND location_id = 1
"""


def test_the_last_units_are_sold_once_each_whatever_deadlocks_there_are(
    shop: Target, tmp_path: Path
) -> None:
    with connect(shop) as connection:
        connection.execute(
            "UPDATE inventory_locations SET quantity = %s, reserved = 0"
            " WHERE variant_id = ANY(%s) AND location_id = 1",
            (_UNITS, _SHELVES),
        )
        connection.execute(_AUDITED)
        before = take_snapshot(connection)
        plan = _plan(connection, shop)
        result = run_load(
            shop.with_setting("deadlock_timeout", "50ms"),
            plan,
            tmp_path,
            silent,
            environment=_ENVIRONMENT,
        )
        server = account(
            connection, load_queries(_QUERIES), plan=plan, result=result, before=before
        )
        for shelf in _SHELVES:
            quantity, reserved = _row(connection, _STOCK, shelf)
            assert 0 < reserved <= quantity == _UNITS
            # each promise is one event of one piece
            assert _row(connection, _PROMISED, shelf) == (reserved, reserved)
    _deadlocks_were_retried(result)
    assert result.offered == result.completed + result.failed + result.unfinished
    assert server.mismatches == ()


def _row(connection: Connection, question: str, shelf: int) -> tuple[int, int]:
    row = connection.execute(question, (shelf,)).fetchone()
    assert row is not None
    return row[0], row[1]


def _plan(connection: Connection, shop: Target) -> RunPlan:
    queries = load_queries(_QUERIES)
    return RunPlan(
        run="last units",
        workload="folder",
        target=shop.shown,
        stages=(Stage(duration_s=5, users=50),),
        warmup_s=0,
        seed=1,
        scenarios=(ScenarioShare(scenario="Visitor", weight=1),),
        queries=planned_queries(connection, queries, ExampleSource(datetime.now(UTC))),
    )


def _deadlocks_were_retried(result: LoadResult) -> None:
    # somebody may be the victim twenty times over
    assert {error.sqlstate for query in result.queries for error in query.errors} <= {"40P01"}
    assert result.completed > 0
    kinds = {kind.sqlstate: kind.count for query in result.queries for kind in query.retries}
    assert kinds.keys() == {"40P01"}
    assert all(query.restarts > 0 for query in result.queries)
