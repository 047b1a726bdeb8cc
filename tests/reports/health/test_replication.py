"""Standbys and slots, and what else takes a server of its own: prepared transactions, settings."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.findings import Severity
from b2bench.target import Target
from reports.health.checks import State
from reports.health.measuring import settings
from reports.health.replication import (
    Replay,
    Slot,
    Standby,
    judge_replay,
    judge_slots,
    judge_standbys,
    replay,
    slots,
    standbys,
)
from reports.health.sessions import prepared
from reports.health.thresholds import Limit, Thresholds
from tests.postgres import change, new_open_folder
from tests.reports.health.looking import ANYTHING, DEFAULT, codes, found, look, named, until
from tests.standby import standby_of

STRICT = Thresholds(standby_behind_bytes=Limit(warning=1), prepared_transaction_s=ANYTHING)
OVERRIDES = {
    "fsync": "off",
    "autovacuum": "off",
    "max_prepared_transactions": "2",
    "logging_collector": "off",
    "log_destination": "stderr",
}
MIB = 1 << 20


@pytest.fixture(scope="module")
def pair(pg_bin: Path | None) -> Iterator[tuple[Target, Target]]:
    """Give a server and its standby."""
    with new_open_folder() as folder, ExitStack() as stack:
        server = EmbeddedServer(folder / "server", pg_bin=pg_bin, overrides=OVERRIDES)
        stack.callback(server.destroy)
        primary = server.start()
        yield primary, stack.enter_context(standby_of(server, folder, pg_bin))


def test_a_standby_is_seen_and_so_is_that_it_falls_behind(pair: tuple[Target, Target]) -> None:
    primary, standby = pair
    seen = until(lambda: _following(primary))
    assert (seen.state, seen.findings) == (State.FINE, ())
    assert " streaming, " in seen.figure
    change(standby, "SELECT pg_wal_replay_pause()")
    try:
        change(primary, "CREATE TABLE late AS SELECT generate_series(1, 1000) n")
        here = until(lambda: look(primary, standbys, STRICT)[0].findings or None)
        assert here[0].code == "standby-behind"
        there = until(lambda: _late(standby))
        assert there >= {"replay-paused", "replay-behind"}
    finally:
        change(standby, "SELECT pg_wal_replay_resume()")
    until(lambda: None if codes(look(standby, replay, STRICT)) else True)
    assert look(primary, replay) == []


def _following(primary: Target) -> object:
    (seen,) = look(primary, standbys)
    return None if seen.figure == "none" else seen


def _late(standby: Target) -> set[str] | None:
    found_ = codes(look(standby, replay, STRICT))
    return found_ if "replay-behind" in found_ else None


def test_the_whole_page_is_made_of_a_standby(pair: tuple[Target, Target]) -> None:
    from tests.reports.health.looking import whole

    page = whole(pair[1])
    assert [each.name for area in page.areas for each in area.checks if each.name == "own replay"]
    assert "not seen" not in page.verdict


def test_an_inactive_slot_is_told_with_what_it_holds(pair: tuple[Target, Target]) -> None:
    primary = pair[0]
    assert named(look(primary, slots), "replication slots").state is State.FINE
    change(primary, "SELECT pg_create_physical_replication_slot('forgotten', true)")
    try:
        finding = found(look(primary, slots), "slot-inactive", "forgotten")
        assert finding.severity is Severity.WARNING
        assert "pg_drop_replication_slot('forgotten')" in finding.mend
        full = Thresholds(inactive_slot_bytes=Limit(warning=0, error=1))
        change(primary, "CREATE TABLE more AS SELECT generate_series(1, 1000) n")
        assert found(look(primary, slots, full), "slot-inactive").severity is Severity.ERROR
    finally:
        change(primary, "SELECT pg_drop_replication_slot('forgotten')")


def test_a_prepared_transaction_that_nobody_ends_is_told(pair: tuple[Target, Target]) -> None:
    primary = pair[0]
    change(primary, "BEGIN; CREATE TABLE held (); PREPARE TRANSACTION 'payment 42'")
    try:
        assert found(look(primary, prepared, STRICT), "prepared-transaction", "payment 42")
        assert codes(look(primary, prepared)) == set()
    finally:
        change(primary, "ROLLBACK PREPARED 'payment 42'")


def test_autovacuum_that_is_off_is_an_error(pair: tuple[Target, Target]) -> None:
    finding = found(look(pair[0], settings), "setting-autovacuum")
    assert finding.severity is Severity.ERROR


def test_a_server_without_a_json_log_is_told_how_to_get_one(pair: tuple[Target, Target]) -> None:
    from tests.reports.health.test_slow_log import LOOK

    finding = found(look(pair[0], LOOK), "no-json-log")
    assert "log_destination = 'jsonlog'" in finding.mend


@pytest.mark.parametrize(
    ("behind_bytes", "behind_s", "severity"),
    [(0, 0, None), (200 * MIB, 0, "warning"), (0, 31, "warning"), (200 * MIB, 301, "error")],
)
def test_a_standby_is_judged_by_the_worse_of_bytes_and_time(
    behind_bytes: int, behind_s: float, severity: str | None
) -> None:
    row = Standby(name="s", state="streaming", behind_bytes=behind_bytes, behind_s=behind_s)
    assert [each.severity for each in judge_standbys([row], DEFAULT).findings] == (
        [severity] if severity else []
    )


@pytest.mark.parametrize(
    ("is_active", "wal_status", "code"),
    [(True, "reserved", ""), (True, "lost", "slot-lost"), (False, "unreserved", "slot-lost")],
)
def test_a_slot_that_loses_its_wal_is_an_error(
    *, is_active: bool, wal_status: str, code: str
) -> None:
    row = Slot(name="s", is_active=is_active, wal_status=wal_status, held_bytes=0)
    assert codes([judge_slots([row], DEFAULT)]) == ({code} if code else set())


def test_a_standby_that_has_replayed_everything_is_not_late_though_nothing_came_for_long() -> None:
    idle = Replay(
        is_standby=True, is_receiving=True, is_paused=False, behind_bytes=0, last_s=86_400
    )
    assert judge_replay(idle, DEFAULT).state is State.FINE


def test_a_standby_to_which_nothing_is_streamed_says_so() -> None:
    cut = Replay(is_standby=True, is_receiving=False, is_paused=False, behind_bytes=0, last_s=1)
    assert codes([judge_replay(cut, DEFAULT)]) == {"not-receiving"}
