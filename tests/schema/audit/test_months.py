"""Months are made ahead, each once, and nobody who writes waits for it."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.target import Target
from loadgen.data.generate import generate
from loadgen.data.profiles import load_profile
from schema.audit.months import AHEAD, extend
from schema.integrity import check_integrity
from tests.schema.audit.audited import events_of, taken_back

_CODE = "audit-months-ahead"
_PARTS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_events'::regclass"


def _months(target: Target) -> int:
    with connect(target) as connection:
        row = connection.execute(_PARTS).fetchone()
    assert row is not None
    return int(row[0])


def test_a_new_shop_has_this_month_and_twelve_ahead(bare_shop: Target) -> None:
    assert _months(bare_shop) == 13
    assert _CODE not in {finding.code for finding in check_integrity(bare_shop)}


def test_months_are_made_once(bare_shop: Target) -> None:
    first, second = extend(bare_shop, 24), extend(bare_shop, 24)
    assert (first.made, second.made, first.last) == (12, 0, second.last)
    assert _months(bare_shop) == 25


def test_several_who_make_the_same_months_do_not_meet(bare_shop: Target) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = [done.made for done in threads.map(lambda _: extend(bare_shop, 30), range(4))]
    assert sorted(made) == [0, 0, 0, 18]
    assert _months(bare_shop) == 31


def test_nobody_who_writes_is_waited_for(stocked: Target) -> None:
    impatient = stocked.with_setting("lock_timeout", "2s")
    with taken_back(stocked) as connection:
        assert events_of(connection, "UPDATE locations SET region = 'Utah'")
        assert extend(impatient, 13).made == 1
        assert events_of(connection, "UPDATE locations SET region = 'Ohio'")


def test_a_month_has_its_guards_and_indexes(bare_shop: Target) -> None:
    extend(bare_shop, 13)
    with connect(bare_shop) as connection:
        lacking = connection.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'audit_events'::regclass"
            "   AND ((SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid) <> 2"
            "     OR (SELECT count(*) FROM pg_index x WHERE x.indrelid = c.oid) <> 2"
            "     OR pg_get_userbyid(c.relowner) <> 'shop_owner')"
        ).fetchall()
        default = connection.execute(
            "SELECT partdefid FROM pg_partitioned_table WHERE partrelid = 'audit_events'::regclass"
        ).fetchone()
    assert lacking == []
    assert default == (0,)


def test_without_its_month_a_write_is_refused_and_the_check_warned(stocked: Target) -> None:
    with connect(stocked) as connection:
        _take_away(connection, "INTERVAL '2 months'")
        [warning] = [f for f in check_integrity(stocked) if f.code == _CODE]
        assert warning.severity is Severity.WARNING
        assert "b2bench schema audit extend" in warning.line
        _take_away(connection, "INTERVAL '0 months'")
        with pytest.raises(psycopg.errors.CheckViolation, match="no partition"):
            connection.execute("UPDATE locations SET region = 'Utah'")
        extend(stocked, 2)
        connection.execute("UPDATE locations SET region = 'Utah'")
    assert _CODE not in {finding.code for finding in check_integrity(stocked)}


def test_loading_makes_the_months_that_an_old_schema_has_not(stocked: Target) -> None:
    with connect(stocked) as connection:
        _take_away(connection, "INTERVAL '0 months'")
        generate(stocked, load_profile("tiny"))
        connection.execute("UPDATE locations SET region = 'Utah'")
    assert extend(stocked, AHEAD).made == 0


def _take_away(connection: psycopg.Connection, ahead: str) -> None:
    connection.execute(
        "DO $$ DECLARE part text; BEGIN FOR part IN SELECT inhrelid::regclass FROM pg_inherits"  # noqa: S608 (an interval of ours)
        " WHERE inhparent = 'audit_events'::regclass"
        " AND to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM')"
        f" >= date_trunc('month', now() AT TIME ZONE 'UTC') + {ahead}"
        " LOOP EXECUTE 'DROP TABLE ' || part; END LOOP; END $$".encode()
    )
