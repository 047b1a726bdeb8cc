"""The selftest's page: what was checked, the stall as a picture, every round's figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from b2bench.figures import charts
from b2bench.figures.courses import Course, Happening, courses
from b2bench.figures.notation import counted, milliseconds, number
from b2bench.figures.page import Fact, Page, Section, Tone, environment, render_page
from b2bench.provenance import Provenance
from b2bench.selftest.load.checks import Check, Verdict, quantile_s
from b2bench.selftest.load.driven import QUANTILES
from b2bench.selftest.load.rounds import Round
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Seconds

_US_PER_MS = 1_000
_MS_PER_S = 1_000
_TONES: dict[Verdict, Tone] = {"met": "good", "not met": "bad", "cannot tell": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One round as the table shows it."""

    held_ms: float
    uncertainty_ms: float
    capacity_per_s: float
    p95_ms: float
    simulated_p95_ms: float
    p99_ms: float
    simulated_p99_ms: float
    peer_p99_ms: float
    calm_p99_ms: float
    calm_peer_p99_ms: float
    lag_ms: float
    peer_lag_ms: float
    busy_share: float


def render(
    checks: Sequence[Check], rounds: Sequence[Round], setup: Setup, provenance: Provenance
) -> str:
    """Return the page as one HTML file."""
    rows = [_row(each) for each in rounds]
    return render_page(
        Page(
            kind="Selftest",
            title="Does the load tell the truth?",
            verdict=_sentence(checks),
            tone=_tone(checks),
            facts=list(_facts(setup)),
            sections=[
                _section("Checks", "checks", checks=checks, tones=_TONES),
                _section("The stall", "stall", setup=setup, **_pictures(rounds)),
                _section("Every round", "rounds", rows=rows),
            ],
            provenance=provenance,
        )
    )


def _sentence(checks: Sequence[Check]) -> str:
    if failed := [check for check in checks if check.verdict == "not met"]:
        return f"Not met: {failed[0].what}: {failed[0].measured}, wanted {failed[0].wanted}"
    if doubtful := [check for check in checks if check.verdict == "cannot tell"]:
        return f"Cannot tell: {doubtful[0].why}"
    return f"The stall is in the percentiles, as long as it was: {len(checks)} checks met"


def _tone(checks: Sequence[Check]) -> Tone:
    verdicts = {check.verdict for check in checks}
    return next((_TONES[each] for each in ("not met", "cannot tell") if each in verdicts), "good")


def _facts(setup: Setup) -> Iterator[Fact]:
    yield Fact(label="Load", value=f"{number(setup.rate)} requests/s, Poisson arrivals")
    yield Fact(label="Sessions", value=number(setup.sessions))
    yield Fact(
        label="Measured", value=f"{counted(setup.rounds, 'round')} of {setup.measured_s:g} s"
    )
    yield Fact(label="Lock", value=milliseconds(setup.hold_s * _MS_PER_S))
    yield Fact(label="Beside", value="pgbench --rate, prepared statements")


def _section(title: str, anchor: str, **values: object) -> Section:
    template = environment("b2bench.selftest.load").get_template(f"{anchor}.html")
    return Section(title=title, anchor=anchor, body=Markup(template.render(**values)))  # noqa: S704 (escaped)


def _pictures(rounds: Sequence[Round]) -> dict[str, object]:
    """Draw the round whose 99th percentile lies in the middle."""
    by_p99 = sorted(rounds, key=lambda each: each.stalled.result.response.p99_us)
    shown = by_p99[len(by_p99) // 2]
    simulated, peer = shown.simulated, shown.stalled_peer
    ours_ms = tuple(
        (float(second.elapsed_s), second.p95_us / _US_PER_MS)
        for second in shown.stalled.seconds
        if second.completed
    )
    return {
        "number": list(rounds).index(shown) + 1,
        "rounds": number(len(rounds)),
        "distribution": charts.distribution(
            [
                charts.Distribution(name="b2bench", points=shown.stalled.distribution_ms),
                charts.Distribution(name="simulation", points=_quantiles(simulated.response_s)),
                charts.Distribution(name="pgbench", points=_quantiles(peer.response_s)),
            ],
            linear=True,
        ),
        "courses": courses(
            [
                Course(name="b2bench", points=ours_ms),
                Course(name="simulation", points=_by_second(simulated.due_s, simulated.response_s)),
                Course(name="pgbench", points=_by_second(peer.due_s, peer.response_s)),
            ],
            Happening(name="lock held", begin_s=shown.stall.begin_s, end_s=shown.stall.end_s),
            vertical="p95, ms",
        ),
    }


def _quantiles(response_s: Seconds) -> tuple[tuple[float, float], ...]:
    return tuple((each, quantile_s(response_s, each) * _MS_PER_S) for each in QUANTILES)


def _by_second(due_s: Seconds, response_s: Seconds) -> tuple[tuple[float, float], ...]:
    """Return the 95th percentile of what ended in each second."""
    ended = np.floor(due_s + response_s).astype(np.int64)
    return tuple(
        (float(second), quantile_s(response_s[ended == second], 0.95) * _MS_PER_S)
        for second in np.unique(ended)
    )


def _row(played: Round) -> Row:
    stalled, calm = played.stalled.result.response, played.calm.result
    simulated_s, peer_s = played.simulated.response_s, played.stalled_peer.response_s
    return Row(
        held_ms=(played.stall.end_s - played.stall.begin_s) * _MS_PER_S,
        uncertainty_ms=played.held.uncertainty_s * _MS_PER_S,
        capacity_per_s=played.capacity_per_s,
        p95_ms=stalled.p95_us / _US_PER_MS,
        simulated_p95_ms=quantile_s(simulated_s, 0.95) * _MS_PER_S,
        p99_ms=stalled.p99_us / _US_PER_MS,
        simulated_p99_ms=quantile_s(simulated_s, 0.99) * _MS_PER_S,
        peer_p99_ms=quantile_s(peer_s, 0.99) * _MS_PER_S,
        calm_p99_ms=calm.response.p99_us / _US_PER_MS,
        calm_peer_p99_ms=quantile_s(played.calm_peer.response_s, 0.99) * _MS_PER_S,
        lag_ms=calm.lag.p50_us / _US_PER_MS,
        peer_lag_ms=quantile_s(played.calm_peer.lag_s, 0.5) * _MS_PER_S,
        busy_share=played.busy_share,
    )
