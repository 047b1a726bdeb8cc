from collections.abc import Sequence

import pytest

from b2bench.cluster.binaries import find_binaries
from b2bench.database import connect
from b2bench.errors import StatementFailed
from b2bench.provenance import provenance
from b2bench.selftest.load.checks import judge, quantile_s
from b2bench.selftest.load.page import render
from b2bench.selftest.load.rounds import Round, play
from b2bench.selftest.load.setup import Setup
from b2bench.target import Target
from tests.postgres import new_database

# half a second of two: a fifth of all requests wait, and the longest of them nearly as long
SETUP = Setup(rounds=2, rate=200, measured_s=2, hold_s=0.5, warmup_s=0.3)


@pytest.fixture(scope="module")
def rounds(server: Target) -> Sequence[Round]:
    return play(server, find_binaries(None).program("pgbench"), SETUP)


def test_the_stall_is_in_the_percentiles_of_the_run_its_simulation_and_pgbench(
    rounds: Sequence[Round],
) -> None:
    for each in rounds:
        assert each.stalled.result.response.p99_us > SETUP.hold_s / 2 * 1e6
        assert quantile_s(each.simulated.response_s, 0.99) > SETUP.hold_s / 2
        assert quantile_s(each.stalled_peer.response_s, 0.99) > SETUP.hold_s / 2


def test_the_lock_is_held_while_it_is_measured(rounds: Sequence[Round]) -> None:
    for each in rounds:
        assert each.stall.end_s - each.stall.begin_s > SETUP.hold_s
        assert each.stall.begin_s > 0


def test_the_simulation_answers_the_runs_own_requests(rounds: Sequence[Round]) -> None:
    for each in rounds:
        assert len(each.simulated.response_s) == each.stalled.result.offered > 0


def test_arrivals_differ_from_round_to_round(rounds: Sequence[Round]) -> None:
    assert rounds[0].simulated.due_s[0] != rounds[1].simulated.due_s[0]


def test_the_page_shows_checks_pictures_and_rounds(rounds: Sequence[Round], server: Target) -> None:
    checks = judge(rounds, SETUP)
    with connect(server) as connection:
        page = render(checks, rounds, SETUP, provenance(connection))
    for check in checks:
        assert check.measured in page
    assert page.count("<svg") == 2
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_nothing_is_left_on_the_server(rounds: Sequence[Round], server: Target) -> None:
    assert rounds
    with connect(server) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'b2bench_selftest%'"
        )
        assert left.fetchall() == []


def test_a_user_who_may_not_create_databases_is_told(server: Target) -> None:
    with new_database(server) as target, connect(target) as connection:
        connection.execute("CREATE ROLE humble LOGIN")
        try:
            humble = Target(conninfo=server.conninfo, role="humble")
            with pytest.raises(StatementFailed, match="permission denied to create database"):
                play(humble, find_binaries(None).program("pgbench"), SETUP)
        finally:
            connection.execute("DROP ROLE humble")
