"""The server as a whole: each figure is its own, and each limit can be reached."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest

from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.target import Target
from reports.health import server as checks
from reports.health.checks import State
from reports.health.thresholds import Limit, Thresholds
from tests.reports.health.looking import ANYTHING, DEFAULT, codes, found, look, named, until

COUNTED = "SELECT pg_stat_force_next_flush()"
ALWAYS = Limit(warning=0, error=0)
CONNECTIONS = checks.Connections(used=80, most=103, kept_for_superusers=3, kept_for_roles=0)
HERE = checks.Database(
    name="here",
    is_here=True,
    blocks_hit=900_000,
    blocks_read=100_000,
    deadlocks=0,
    temp_files=0,
    temp_bytes=0,
    counted_s=10 * 86_400,
)


def test_the_server_says_which_it_is(empty_database: Target, server_major: int) -> None:
    (seen,) = look(empty_database, checks.server)
    assert seen.figure.startswith(f"PostgreSQL {server_major}.")
    assert ", up for " in seen.figure


def test_sessions_are_counted(empty_database: Target) -> None:
    def used() -> int:
        (seen,) = look(empty_database, checks.connections)
        assert seen.state is State.FINE
        assert seen.figure.endswith("3 of 3 kept for superusers left")
        return int(seen.figure.split()[0])

    with connect(empty_database), connect(empty_database):
        assert used() >= 3
    few = Thresholds(connections_share=ALWAYS)
    finding = found(look(empty_database, checks.connections, few), "connections-nearly-used")
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("used", "state"), [(79, State.FINE), (80, State.WARNING), (95, State.ERROR)]
)
def test_sessions_are_judged_by_those_for_everybody(used: int, state: State) -> None:
    assert checks.judge_connections(replace(CONNECTIONS, used=used), DEFAULT).state is state


def test_superusers_have_sessions_left_even_at_the_end() -> None:
    seen = checks.judge_connections(replace(CONNECTIONS, used=102), DEFAULT)
    assert seen.figure == "102 of 103 (99 %), 1 of 3 kept for superusers left"


def test_a_role_without_rights_counts_the_same_sessions(
    plain: Target, empty_database: Target
) -> None:
    with connect(empty_database):
        (seen,) = look(plain, checks.connections)
        (all_,) = look(empty_database, checks.connections)
    assert int(seen.figure.split()[0]) >= int(all_.figure.split()[0])


def test_cache_misses_are_told_of_enough_blocks_only(empty_database: Target) -> None:
    assert named(list(checks.judge_cache([HERE], DEFAULT)), "cache hits").figure == (
        "here: 90.0 % of 1,000,000 blocks in 10 d"
    )
    assert codes(list(checks.judge_cache([HERE], DEFAULT))) == {"cache-misses"}
    good = replace(HERE, blocks_read=1_000)
    assert codes(list(checks.judge_cache([good], DEFAULT))) == set()
    (little,) = checks.judge_cache([replace(HERE, blocks_hit=0, blocks_read=99_999)], DEFAULT)
    assert (little.state, little.figure) == (
        State.UNJUDGED,
        "too little to tell, under 100,000 blocks: here",
    )
    every = Thresholds(cache_misses_share=ANYTHING, cache_blocks_least=0)
    seen = look(empty_database, checks.cache, every)
    assert "cache-misses" in codes(seen)


def test_many_databases_make_few_lines() -> None:
    many = [replace(HERE, name=f"d{n}", blocks_read=n * 1_000) for n in range(9)]
    seen = list(checks.judge_cache(many, DEFAULT))
    assert [each.figure.split(":")[0] for each in seen] == [
        *("d8", "d7", "d6", "d5"),
        "better in 5 further databases",
    ]


def test_requested_checkpoints_are_told(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        connection.execute("CHECKPOINT")
    often = Thresholds(checkpoints_requested_share=ANYTHING, checkpoints_least=1)
    until(lambda: codes(look(empty_database, checks.checkpoints, often)) or None)
    for timed, requested, state in ((6, 3, State.UNJUDGED), (9, 1, State.FINE), (5, 5, "warning")):
        row = checks.Checkpoints(timed=timed, requested=requested, counted_s=60)
        assert checks.judge_checkpoints(row, DEFAULT).state == state


def test_a_deadlock_is_told(empty_database: Target) -> None:
    name = empty_database.database
    assert codes(look(empty_database, checks.deadlocks), name) == set()
    with connect(empty_database) as one, connect(empty_database) as other:
        for session in (one, other):
            session.execute("SET deadlock_timeout = '20ms'")
            session.execute("BEGIN")
        one.execute("SELECT pg_advisory_xact_lock(1)")
        other.execute("SELECT pg_advisory_xact_lock(2)")
        with ThreadPoolExecutor(1) as thread:
            waits = thread.submit(_lock, one, 2)
            _lock(other, 1)
            waits.result()
        for session in (one, other):
            session.execute(COUNTED)
    finding = found(look(empty_database, checks.deadlocks), "deadlocks", name)
    assert finding.message.startswith("1 deadlock in ")


def _lock(session: psycopg.Connection, number: int) -> None:
    with suppress(psycopg.errors.DeadlockDetected):
        session.execute("SELECT pg_advisory_xact_lock(%s)", (number,))
    session.rollback()


def test_a_deadlock_of_long_ago_is_forgiven() -> None:
    assert checks.judge_deadlocks([replace(HERE, deadlocks=9)], DEFAULT).state is State.FINE
    assert checks.judge_deadlocks([replace(HERE, deadlocks=10)], DEFAULT).state is State.WARNING


def test_temporary_files_are_counted(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        connection.execute("SET work_mem = '64kB'")
        connection.execute("SELECT n FROM generate_series(1, 50000) n ORDER BY n DESC")
        connection.execute(COUNTED)
    some = Thresholds(temp_bytes_per_day=Limit(warning=1))
    finding = found(
        look(empty_database, checks.temp_files, some), "temporary-files", empty_database.database
    )
    assert "KiB" in finding.message or "MiB" in finding.message
    assert codes(look(empty_database, checks.temp_files), empty_database.database) == set()


def test_the_age_of_ids_is_told_of_every_database(empty_database: Target) -> None:
    old = Thresholds(freeze_age_share=ALWAYS)
    seen = look(empty_database, checks.ages, old)
    assert [each.name for each in seen] == ["transaction ids", "multixacts"]
    assert all("near-wraparound" in codes([each], empty_database.database) for each in seen)
    assert codes(look(empty_database, checks.ages)) == set()


@pytest.mark.parametrize(
    ("used", "state"),
    [(500_000_000, State.FINE), (600_000_000, State.WARNING), (1_100_000_000, State.ERROR)],
)
def test_ids_are_judged_by_those_that_there_are(used: int, state: State) -> None:
    row = checks.Age(
        name="old",
        transactions=used,
        multixacts=0,
        transactions_forced=200_000_000,
        multixacts_forced=400_000_000,
    )
    first, second = checks.judge_ages([row], DEFAULT)
    assert (first.state, second.state) == (state, State.FINE)
