from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from b2bench.errors import BadInput
from b2bench.findings import ExitCode
from b2bench.runs import ClientProcess, Latency, LoadResult
from b2bench.selftest.load.checks import Check, Verdict, exit_code, judge
from b2bench.selftest.load.driven import Driven, open_plan
from b2bench.selftest.load.lock import Held
from b2bench.selftest.load.peer import Observed
from b2bench.selftest.load.rounds import Round, Simulated
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Stall

SETUP = Setup()
CALM_S = 0.001


def latency(p50_us: int, p95_us: int, p99_us: int) -> Latency:
    return Latency(
        count=10_000,
        mean_us=p50_us,
        p50_us=p50_us,
        p90_us=p95_us,
        p95_us=p95_us,
        p99_us=p99_us,
        p999_us=p99_us,
        max_us=p99_us,
    )


def driven(response: Latency, lag_us: int) -> Driven:
    result = LoadResult(
        phase="finished",
        started_unix_s=0,
        measured_s=10,
        offered=10_000,
        completed=10_000,
        failed=0,
        skipped=0,
        unfinished=0,
        late=0,
        reconnects=0,
        response=response,
        lag=latency(lag_us, lag_us, lag_us),
        queries=(),
        seconds=(),
        stages=(),
        clients=(ClientProcess(cpu_share=0.1, cpu_seconds=(), loop_lag=latency(0, 0, 0)),),
    )
    return Driven(
        plan=open_plan(SETUP, seed=1, measured_s=10),
        result=result,
        distribution_ms=(),
        service_s=np.full(10_000, CALM_S),
    )


def observed(response_s: float, lag_s: float = 0.0001) -> Observed:
    even = np.linspace(0, 10, 10_000)
    return Observed(
        due_s=even, response_s=np.full(10_000, response_s), lag_s=np.full(10_000, lag_s)
    )


def a_round(
    *,
    p95_s: float = 0.55,
    p99_s: float = 0.92,
    lag_us: int = 100,
    peer_p99_s: float = 0.92,
    calm_peer_s: float = CALM_S,
    peer_lag_s: float = 0.0001,
    busy_share: float = 0.2,
) -> Round:
    """Return a round whose simulation has p95 0.55 s and p99 0.92 s."""
    simulated_s = np.concatenate([np.full(9_450, 0.001), np.full(400, 0.55), np.full(150, 0.92)])
    return Round(
        capacity_per_s=20_000,
        busy_share=busy_share,
        calm=driven(latency(200, 400, 1_000), lag_us),
        calm_peer=observed(calm_peer_s, peer_lag_s),
        stalled=driven(latency(200, round(p95_s * 1e6), round(p99_s * 1e6)), lag_us),
        stalled_peer=observed(peer_p99_s),
        held=Held(granted_unix_s=3, released_unix_s=4, uncertainty_s=0.0001),
        stall=Stall(begin_s=3, end_s=4),
        simulated=Simulated(due_s=np.linspace(0, 10, 10_000), response_s=simulated_s),
    )


def verdicts(*rounds: Round) -> list[Verdict]:
    return [check.verdict for check in judge(rounds, SETUP)]


def test_a_run_like_its_simulation_and_pgbench_is_met() -> None:
    assert verdicts(a_round()) == ["met"] * 4


def test_a_stall_that_the_percentiles_hide_is_not_met() -> None:
    # what a load sees that counts from when it sends: one slow request for each session
    assert verdicts(a_round(p95_s=0.004, p99_s=0.008)) == ["not met"] * 3 + ["met"]


@pytest.mark.parametrize(
    ("p99_s", "verdict"), [(0.84, "met"), (0.82, "not met"), (1.02, "not met")]
)
def test_the_limit_is_ten_per_cent_either_way(p99_s: float, verdict: Verdict) -> None:
    assert verdicts(a_round(p99_s=p99_s))[1:3] == [verdict, verdict]


def test_one_bad_round_of_three_is_outvoted() -> None:
    assert verdicts(a_round(), a_round(p99_s=2), a_round()) == ["met"] * 4


def test_a_lag_more_than_twice_pgbenchs_is_not_met() -> None:
    assert verdicts(a_round(lag_us=199))[3] == "met"
    assert verdicts(a_round(lag_us=201))[3] == "not met"


def test_on_a_machine_that_disturbs_pgbench_a_miss_cannot_be_told() -> None:
    check = judge([a_round(p99_s=0.5, calm_peer_s=0.2)], SETUP)[1]
    assert check.verdict == "cannot tell"
    assert "pgbench's p99 is 200.0 ms without any lock, 20 % of the stall" in check.why


def test_on_a_machine_that_disturbs_pgbench_what_is_met_is_met() -> None:
    assert verdicts(a_round(calm_peer_s=0.2)) == ["met"] * 4


def test_when_pgbench_disagrees_with_itself_a_miss_cannot_be_told() -> None:
    rounds = [a_round(p99_s=0.7, peer_p99_s=peer) for peer in (0.9, 1.4)]
    check = judge(rounds, SETUP)[1]
    assert check.verdict == "cannot tell"
    assert "varies by ±22 %" in check.why


def test_a_lag_beside_an_unsteady_one_cannot_be_told() -> None:
    rounds = [a_round(lag_us=900, peer_lag_s=peer) for peer in (0.0001, 0.0003)]
    assert verdicts(*rounds)[3] == "cannot tell"


def test_a_lag_of_ours_that_differs_from_round_to_round_cannot_be_told() -> None:
    check = judge([a_round(lag_us=lag) for lag in (150, 900, 900)], SETUP)[3]
    assert check.verdict == "cannot tell"
    assert "our median lag was 150 µs in one round and 900 µs in another" in check.why


def test_when_others_use_the_processors_no_miss_can_be_told() -> None:
    checks = judge([a_round(p95_s=2, p99_s=2, lag_us=900, busy_share=0.97)], SETUP)
    assert [check.verdict for check in checks] == ["cannot tell"] * 4
    assert "its processors worked 97 % of the time" in checks[0].why


def checked(*said: Verdict) -> Iterator[Check]:
    for verdict in said:
        yield Check(what="", measured="", wanted="", verdict=verdict)


def test_the_exit_code_is_that_of_the_worst_check() -> None:
    assert exit_code(tuple(checked("met", "met"))) is ExitCode.FINE
    assert exit_code(tuple(checked("met", "cannot tell"))) is ExitCode.COULD_NOT
    assert exit_code(tuple(checked("cannot tell", "not met"))) is ExitCode.VERDICT_NO


def test_a_lock_needs_time_to_drain() -> None:
    with pytest.raises(BadInput, match="raise --duration or lower --lock"):
        replace(SETUP, hold_s=4)
