"""Views as metrics, without a server: versions that cannot run here, copies, resets, columns."""

import json
from pathlib import Path
from types import ModuleType

import pytest

from exporters.collector import Row, ViewCollector
from exporters.collectors import (
    pg_stat_checkpointer,
    pg_stat_database,
    pg_stat_io,
    pg_stat_user_tables,
    pg_stat_wal,
)
from exporters.membership import Membership
from exporters.metric import counter, gauge
from tests.exporters.reading import value

_RECORDED = Path(__file__).with_name("recorded")
_DATABASE = ("datname",)
CALLS = counter("calls_total", "Calls", "calls", labels=_DATABASE)
SIZE = gauge("size_bytes", "Size", "size", labels=_DATABASE)
AGE = gauge("age", "Age", "age", labels=_DATABASE, merge="max")


def collector() -> ViewCollector:
    return ViewCollector("a_view", (CALLS, SIZE, AGE))


@pytest.mark.parametrize("module", [pg_stat_io, pg_stat_wal, pg_stat_checkpointer])
def test_rows_of_16_make_every_metric_that_16_has(module: ModuleType) -> None:
    name = module.__name__.rpartition(".")[2]
    rows = json.loads((_RECORDED / "16" / f"{name}.json").read_text())
    families = {family.name for family in module.collector().families(rows)}
    due = {metric for metric in module.METRICS if metric.since <= 16 <= (metric.until or 16)}
    assert {m.name.removesuffix("_total") for m in due} - {"pg_stat_io_reuses"} == families


def test_milliseconds_become_seconds() -> None:
    rows = json.loads((_RECORDED / "16" / "pg_stat_wal.json").read_text())
    families = list(pg_stat_wal.collector().families(rows))
    assert value(families, "pg_wal_sync_seconds_total") == 0.08
    assert value(families, "pg_wal_bytes_total") == 123456


def test_a_column_less_costs_its_metric_and_a_column_more_nothing() -> None:
    row = {"datname": "shop", "calls": 3, "novelty": 5}
    families = list(collector().families([row]))
    assert [family.name for family in families] == ["calls"]


def test_null_makes_no_sample() -> None:
    rows = [{"datname": "a", "size": None, "age": 1}, {"datname": "b", "size": 5, "age": None}]
    families = list(collector().families(rows))
    assert value(families, "size_bytes", datname="a") is None
    assert value(families, "size_bytes", datname="b") == 5


def test_a_reset_never_makes_a_counter_fall() -> None:
    seen = collector()
    counted = [
        value(list(seen.families([{"datname": "shop", "calls": calls}])), "calls_total")
        for calls in (10, 15, 2, 4)
    ]
    assert counted == [10, 15, 17, 19]


def test_a_database_that_was_dropped_keeps_what_it_did() -> None:
    seen = collector()
    list(seen.families([{"datname": "shop", "calls": 5}, {"datname": "other_db", "calls": 7}]))
    families = list(seen.families([{"datname": "shop", "calls": 6}]))
    assert value(families, "calls_total", datname="other_db") == 7


def test_copies_count_for_the_database_they_were_made_from() -> None:
    rows = [
        {"datname": "shop", "calls": 5, "size": 100, "age": 40},
        {"datname": "shop_run_0a1b2c", "calls": 7, "size": 30, "age": 90},
    ]
    families = list(collector().families(rows))
    assert value(families, "calls_total", datname="shop") == 12
    assert value(families, "size_bytes", datname="shop") == 130
    assert value(families, "age", datname="shop") == 90
    assert value(families, "age", datname="shop_run_0a1b2c") is None


def test_members_stay_and_the_others_are_one() -> None:
    labels = ("datname", "relname")
    calls = counter("calls_total", "Calls", "calls", labels=labels)
    seen = ViewCollector("a_view", (calls,), members=Membership(("relname",), ("calls",), most=2))
    rows = [{"datname": "d", "relname": f"t{number}", "calls": number} for number in range(5)]
    first = list(seen.families(rows))
    assert value(first, "calls_total", relname="t4") == 4
    assert value(first, "calls_total", relname="other") == 0 + 1 + 2
    overtaken = [{**row, "calls": 100 - int(str(row["calls"]))} for row in rows]
    second = list(seen.families(overtaken))
    assert value(second, "calls_total", relname="t4") == 96
    assert value(second, "calls_total", relname="t0") is None
    assert value(second, "calls_total", relname="other") == 100 + 99 + 98


def test_sizes_and_ages_of_databases_are_put_together_as_their_kind_wants() -> None:
    by_name = {metric.name: metric for metric in pg_stat_database.METRICS}
    assert by_name["pg_database_transaction_id_age"].merge == "max"
    assert by_name["pg_stat_database_backends"].merge == "sum"
    assert pg_stat_user_tables.LAST_VACUUM.merge == "max"


def test_others_do_not_fall_when_one_of_them_becomes_a_member() -> None:
    labels = ("datname", "relname")
    calls = counter("calls_total", "Calls", "calls", labels=labels)
    members = Membership(("relname",), ("calls", "rows"), most=2)
    seen = ViewCollector("a_view", (calls,), members=members)
    rows: list[Row] = [
        {"datname": "d", "relname": "a", "calls": 9, "rows": 9},
        {"datname": "d", "relname": "b", "calls": 5, "rows": 5},
    ]
    first = list(seen.families(rows))
    assert value(first, "calls_total", relname="other") == 5
    second = list(seen.families([{**rows[0], "rows": 0}, {**rows[1], "calls": 7}]))
    assert value(second, "calls_total", relname="other") == 5
    assert value(second, "calls_total", relname="b") == 2
