"""A seal breaks when what it covers is changed, whoever changes it."""

import psycopg
import pytest

from b2bench.database import connect
from b2bench.target import Target
from schema.audit.seal import Sealed, seal, verify_seals
from tests.schema.audit.audited import taken_back

_MONTH = "SELECT 'events_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"
_NEWEST = "id = (SELECT id FROM audit_events WHERE table_name = 'locations' ORDER BY id LIMIT 1)"
_TAMPERING = {
    "an event is changed": "UPDATE audit_events SET actor = 'me' WHERE " + _NEWEST,
    "a row in it is changed": 'UPDATE audit_events SET new_row = new_row || \'{"name": "x"}\''
    " WHERE " + _NEWEST,
    "it is dated back": "UPDATE audit_events SET occurred_at = occurred_at - INTERVAL '1 us'"
    " WHERE " + _NEWEST,
    "an event is removed": "DELETE FROM audit_events WHERE " + _NEWEST,
    "an event is added": "INSERT INTO audit_events (table_name, record_key, operation,"
    " transaction_id, actor, new_row, occurred_at)"
    " SELECT table_name, record_key, operation, transaction_id, actor, new_row, occurred_at"
    "   FROM audit_events WHERE " + _NEWEST,
    "two events change places": "UPDATE audit_events SET id = -1 WHERE id = 1;"
    " UPDATE audit_events SET id = 1 WHERE id = 2; UPDATE audit_events SET id = 2 WHERE id = -1",
    "a seal is changed": "UPDATE b2bench_audit.seals SET digest = sha256('x') WHERE place = 1",
    "the first seal is removed": "DELETE FROM b2bench_audit.seals WHERE place = 1",
    "a seal in between is removed": "DELETE FROM b2bench_audit.seals WHERE place = 2",
}
_BROKEN_AT = {"the first seal is removed": 2, "a seal in between is removed": 3}


@pytest.fixture
def sealed(stocked: Target) -> Target:
    """Give a shop whose events are covered by three seals."""
    for region in ("Utah", "Ohio", "Iowa"):
        with connect(stocked) as connection:
            connection.execute("UPDATE locations SET region = %s", (region,))
        assert seal(stocked).events > 0
    return stocked


def _month(target: Target) -> str:
    with connect(target) as connection:
        row = connection.execute(_MONTH).fetchone()
    assert row is not None
    return str(row[0])


def _tamper(target: Target, statement: str) -> None:
    with connect(target) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())


def test_what_is_as_it_was_is_whole(sealed: Target) -> None:
    [chain] = [chain for chain in verify_seals(sealed).chains if chain.seals]
    with connect(sealed) as connection:
        row = connection.execute("SELECT count(*) FROM audit_events").fetchone()
    assert (chain.partition, chain.seals, (chain.events,)) == (_month(sealed), 3, row)
    assert seal(sealed) == Sealed(broken=(), events=0, chains=verify_seals(sealed).chains)


@pytest.mark.parametrize("tampering", _TAMPERING)
def test_tampering_breaks_the_seal(sealed: Target, tampering: str) -> None:
    _tamper(sealed, _TAMPERING[tampering])
    with connect(sealed) as connection:
        connection.execute("UPDATE locations SET region = 'Utah'")
    for found in (verify_seals(sealed), seal(sealed)):
        [broken] = found.broken
        assert broken.partition == _month(sealed)
        assert broken.place == _BROKEN_AT.get(tampering, 1)
        assert broken.line.startswith(f"{broken.partition}: seal {broken.place} is broken: ")
        assert found.events == 0


def test_only_what_has_ended_is_sealed(sealed: Target) -> None:
    with psycopg.connect(sealed.conninfo) as running:
        running.execute("UPDATE locations SET region = 'Utah' WHERE id = 1")
        with connect(sealed) as connection:
            connection.execute("UPDATE locations SET region = 'Utah' WHERE id = 2")
        assert seal(sealed).events == 0
        running.commit()
    assert seal(sealed).events == 2
    assert verify_seals(sealed).broken == ()


def test_verifying_changes_nothing(sealed: Target) -> None:
    with taken_back(sealed) as connection:
        connection.execute("LOCK TABLE b2bench_audit.seals IN SHARE MODE")
        assert verify_seals(sealed).broken == ()


def test_a_month_that_was_taken_away_breaks_no_other(sealed: Target) -> None:
    month = _month(sealed)
    with connect(sealed) as connection:
        connection.execute(
            f"ALTER TABLE audit_events DETACH PARTITION b2bench_audit.{month}".encode()
        )
    assert verify_seals(sealed).broken == ()
    with connect(sealed) as connection:
        connection.execute(f"DROP TABLE b2bench_audit.{month}".encode())
    found = verify_seals(sealed)
    assert found.broken == ()
    assert [(c.partition, c.there) for c in found.chains if c.seals] == [(month, False)]
