"""What the rounds say of the load: each check met, not met, or not to be told on this machine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from b2bench.findings import ExitCode
from b2bench.selftest.load.rounds import Round
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Seconds

Verdict = Literal["met", "not met", "cannot tell"]

TOLERANCE = 0.10
MOST_LAG = 2.0
# the calm loads leave the processors idle for most of the time, unless somebody else works
_MOST_BUSY = 0.8
# a calm pgbench whose 99th percentile takes more of the lock's length is disturbed itself
_DISTURBED_SHARE = TOLERANCE / 2
# a median lag that varies by more between rounds says more of the machine than of the load
_STEADY_LAG = 2.0
_US_PER_S = 1_000_000
_MS_PER_S = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One claim, and what the rounds say of it.

    Args:
        what: the claim.
        measured: with spread and number of rounds.
        wanted: the limit.
        why: what disturbed the measurement, where nothing can be told.
    """

    what: str
    measured: str
    wanted: str
    verdict: Verdict
    why: str = ""


def judge(rounds: Sequence[Round], setup: Setup) -> tuple[Check, ...]:
    """Return all checks.

    What is met on a busy machine is met. What is not met counts only when the processors had
    time, and pgbench, which is measured beside us, stood still enough to be a yardstick.
    """
    return tuple(_checks(rounds, setup))


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """Return 0 when all are met, 1 when one is not, 2 when one cannot be told."""
    verdicts = {check.verdict for check in checks}
    if "not met" in verdicts:
        return ExitCode.VERDICT_NO
    return ExitCode.COULD_NOT if "cannot tell" in verdicts else ExitCode.FINE


def quantile_s(values_s: Seconds, quantile: float) -> float:
    """Return the value that this share of the values does not exceed."""
    return float(np.quantile(values_s, quantile, method="inverted_cdf"))


def _checks(rounds: Sequence[Round], setup: Setup) -> Iterator[Check]:
    unsteady = _unsteady(rounds, setup)
    for name, quantile in (("p95", 0.95), ("p99", 0.99)):
        yield _same(
            f"a stall of {setup.hold_s:g} s: {name} of the run ÷ the simulation's",
            [_ours_s(each, name) / _simulated_s(each, quantile) for each in rounds],
            unsteady,
        )
    yield _beside_pgbench(rounds, unsteady, setup)
    yield _lag(rounds)


def _ours_s(played: Round, name: str) -> float:
    return float(getattr(played.stalled.result.response, f"{name}_us")) / _US_PER_S


def _simulated_s(played: Round, quantile: float) -> float:
    return quantile_s(played.simulated.response_s, quantile)


def _same(what: str, ratios: Sequence[float], unsteady: str) -> Check:
    met = abs(median(ratios) - 1) <= TOLERANCE
    return Check(
        what=what,
        measured=spread(ratios),
        wanted=f"1 ±{TOLERANCE:.0%}".replace("%", " %"),
        verdict=_verdict(unsteady, met=met),
        why="" if met else unsteady,
    )


def _beside_pgbench(rounds: Sequence[Round], unsteady: str, setup: Setup) -> Check:
    ours = [_ours_s(each, "p99") for each in rounds]
    peers = [quantile_s(each.stalled_peer.response_s, 0.99) for each in rounds]
    ratio = median(ours) / median(peers)
    met = abs(ratio - 1) <= TOLERANCE
    shown = [spread([value * _MS_PER_S for value in each], "ms") for each in (ours, peers)]
    return Check(
        what=f"a stall of {setup.hold_s:g} s: p99 of the run ÷ p99 of pgbench --rate",
        measured=f"{ratio:.3f}: {shown[0]} ÷ {shown[1]}",
        wanted=f"1 ±{TOLERANCE:.0%}".replace("%", " %"),
        verdict=_verdict(unsteady, met=met),
        why="" if met else unsteady,
    )


def _lag(rounds: Sequence[Round]) -> Check:
    ours = [float(each.calm.result.lag.p50_us) for each in rounds]
    peers = [quantile_s(each.calm_peer.lag_s, 0.5) * _US_PER_S for each in rounds]
    ratio = median(ours) / median(peers)
    met = ratio <= MOST_LAG
    why = _busy(rounds) or _wavering("our", ours) or _wavering("pgbench's", peers)
    return Check(
        what="no stall: median lag ÷ pgbench's",
        measured=f"{ratio:.2f}: {spread(ours, 'µs')} ÷ {spread(peers, 'µs')}",
        wanted=f"at most {MOST_LAG:g}",
        verdict=_verdict(why, met=met),
        why="" if met else why,
    )


def _wavering(whose: str, lags_us: Sequence[float]) -> str:
    least, most = min(lags_us), max(lags_us)
    if most <= _STEADY_LAG * least:
        return ""
    return (
        f"the machine is too busy: {whose} median lag was {least:,.0f} µs in one round and"
        f" {most:,.0f} µs in another"
    )


def _verdict(unsteady: str, *, met: bool) -> Verdict:
    if met:
        return "met"
    return "cannot tell" if unsteady else "not met"


def _unsteady(rounds: Sequence[Round], setup: Setup) -> str:
    """Return why pgbench is no yardstick here, empty if it is one."""
    if busy := _busy(rounds):
        return busy
    calm_s = median(quantile_s(each.calm_peer.response_s, 0.99) for each in rounds)
    if calm_s > _DISTURBED_SHARE * setup.hold_s:
        return (
            f"the machine is too busy: pgbench's p99 is {calm_s * _MS_PER_S:,.1f} ms without any"
            f" lock, {calm_s / setup.hold_s:.0%} of the stall".replace("%", " %")
        )
    stalled_s = [quantile_s(each.stalled_peer.response_s, 0.99) for each in rounds]
    half = (max(stalled_s) - min(stalled_s)) / 2 / median(stalled_s)
    if half > TOLERANCE:
        return (
            f"the machine is too busy: pgbench's own p99 under the same lock varies by ±{half:.0%}"
            " between rounds".replace("%", " %")
        )
    return ""


def _busy(rounds: Sequence[Round]) -> str:
    share = median(each.busy_share for each in rounds)
    if share <= _MOST_BUSY:
        return ""
    return (
        f"the machine is too busy: its processors worked {share:.0%} of the time in the loads"
        " without a lock".replace("%", " %")
    )


def spread(values: Sequence[float], unit: str = "") -> str:
    """Return the median with half the range and the number of values.

    >>> spread([0.99, 1.0, 1.02])
    '1.000 ±2 % (n=3)'
    >>> spread([910, 920], "ms")
    '915 ms ±1 % (n=2)'
    >>> spread([1.02])
    '1.020 (n=1)'
    """
    middle = median(values)
    half = (max(values) - min(values)) / 2 / middle if middle else 0.0
    shown = f"{middle:,.0f} {unit}" if unit else f"{middle:.3f}"
    if len(values) == 1:
        return f"{shown} (n=1)"
    return f"{shown} ±{half:.0%}".replace("%", " %") + f" (n={len(values)})"
