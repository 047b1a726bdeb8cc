"""The slow log of the server itself: by queryid, of this database, without values."""

from dataclasses import replace
from functools import partial

import pytest

from b2bench.database import connect, reading
from b2bench.findings import Severity
from b2bench.records import to_json
from b2bench.slowlog import SlowLine
from b2bench.target import Target
from reports.health.checks import Check, State
from reports.health.sight import NotSeen, Sight
from reports.health.slow_log import SlowLog, grouped, judge_slow_log, slow_log
from reports.health.thresholds import Limit, Thresholds
from tests.postgres import change
from tests.reports.health.looking import DEFAULT, found, look, named, until

CANARY = "canary-91c4e7"
LOOK = partial(slow_log, since_s=60, names=dict)
LINE = SlowLine(at="", duration_ms=400, queryid=7, database="", application="")
LOG = SlowLog(since_s=900, lines=(LINE,), is_whole=True, slow_from="250ms")


@pytest.fixture(scope="module")
def queryid(health_database: Target) -> int:
    """Give a statement that the server has logged twice."""
    with connect(health_database, application_name="somebody") as session:
        session.execute("SET log_min_duration_statement = 0")
        for value in (1, 2):
            session.execute(f"SELECT {value} AS number, '{CANARY}'".encode())
        session.execute("SET log_min_duration_statement = 250")
        row = session.execute(
            "EXPLAIN (VERBOSE, FORMAT JSON) SELECT 5 AS number, 'anything'"
        ).fetchone()
    assert row is not None
    return int(row[0][0]["Query Identifier"])


def seen_in(target: Target, queryid: int, thresholds: Thresholds = DEFAULT) -> list[Check]:
    def again() -> list[Check] | None:
        seen = look(target, LOOK, thresholds)
        return seen if any(str(queryid) in f.subject for c in seen for f in c.findings) else None

    return until(again)


def test_slow_statements_are_grouped_by_their_number(queryid: int, empty_database: Target) -> None:
    slow = seen_in(empty_database, queryid, Thresholds(slow_statement_ms=Limit(warning=0)))
    finding = found(slow, "slow-statement", str(queryid))
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("2 times, ")
    quiet = seen_in(empty_database, queryid)
    assert found(quiet, "slow-statement", str(queryid)).severity is Severity.NOTE
    assert CANARY not in to_json([*slow, *quiet]).decode()


def test_a_statement_is_called_by_its_query_class(queryid: int, empty_database: Target) -> None:
    seen_in(empty_database, queryid)
    named_ = partial(slow_log, since_s=60, names=lambda: {queryid: "find_number/main"})
    seen = look(empty_database, named_)
    assert found(seen, "slow-statement", "find_number/main").subject == (
        f"find_number/main (statement {queryid})"
    )


def test_what_is_older_or_another_databases_is_left_out(
    queryid: int, empty_database: Target, server: Target
) -> None:
    seen_in(empty_database, queryid)
    assert named(look(empty_database, partial(LOOK, since_s=0.000_001)), "slow log").figure == (
        "none in the last 0.0 s, logged from 250ms on"
    )
    assert str(queryid) not in to_json(look(server, LOOK)).decode()


def test_a_log_that_is_too_long_is_read_from_its_end(queryid: int, empty_database: Target) -> None:
    seen_in(empty_database, queryid)
    seen = look(empty_database, partial(LOOK, most_bytes=1))
    assert [each.state for each in seen][-1] is State.UNSEEN
    assert "ask for less --since" in seen[-1].figure


def test_lines_are_whole_however_the_log_is_cut(
    queryid: int, empty_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = seen_in(empty_database, queryid)
    monkeypatch.setattr("reports.health.slow_log._CHUNK_BYTES", 97)
    pieces = look(empty_database, LOOK)
    assert found(pieces, "slow-statement", str(queryid)) == (
        found(whole, "slow-statement", str(queryid))
    )


def test_a_monitoring_role_is_told_what_it_lacks_and_then_sees(
    monitor: Target, queryid: int, empty_database: Target
) -> None:
    seen_in(empty_database, queryid)
    with reading(monitor) as connection, pytest.raises(NotSeen) as told:
        list(LOOK(Sight(connection), DEFAULT))
    grant = str(told.value).partition(": ")[2].partition(", in this database")[0]
    assert grant.startswith("GRANT EXECUTE ON FUNCTION pg_")
    assert "pg_read_binary_file(" in grant
    change(empty_database, grant)
    assert found(look(monitor, LOOK), "slow-statement", str(queryid))


def test_a_role_without_rights_is_told_so(plain: Target) -> None:
    with pytest.raises(NotSeen, match=r"GRANT EXECUTE ON FUNCTION pg_current_logfile\(text\), "):
        look(plain, LOOK)


def test_statements_that_took_most_come_first() -> None:
    lines = [LINE, replace(LINE, queryid=8, duration_ms=300), replace(LINE, queryid=8)]
    first, second = grouped([*lines, replace(LINE, queryid=None, duration_ms=1)])[:2]
    assert (first.queryid, first.shown) == (8, "2 times, 700 ms in all, the longest 400 ms")
    assert second.queryid == 7


def test_nothing_slow_is_fine_and_no_log_is_no_verdict() -> None:
    (fine,) = judge_slow_log(replace(LOG, lines=()), {}, DEFAULT)
    (off,) = judge_slow_log(replace(LOG, lines=(), slow_from="-1"), {}, DEFAULT)
    assert (fine.state, off.state) == (State.FINE, State.UNJUDGED)
    (unnumbered,) = judge_slow_log(replace(LOG, lines=(replace(LINE, queryid=None),)), {}, DEFAULT)
    assert unnumbered.findings[0].subject == "statements without a number"
