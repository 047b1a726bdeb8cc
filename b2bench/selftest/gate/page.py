"""The selftest's page: every planted regression with its proof, and what the gate said of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from b2bench.figures.notation import counted, number
from b2bench.figures.page import Fact, Page, Section, Tone, environment, render_page
from b2bench.findings import ExitCode
from b2bench.provenance import Provenance
from b2bench.selftest.gate.score import (
    LEAST_CAUGHT,
    LEAST_NAMED,
    Score,
    State,
    causes_shown,
    codes,
    state_of,
)
from b2bench.selftest.gate.trial import Outcome

TONES: dict[State, Tone] = {
    "caught": "good",
    "cause not named": "warn",
    "missed": "bad",
    "no effect here": "plain",
    "not planted": "plain",
}
_EXITS: dict[ExitCode, Tone] = {ExitCode.FINE: "good", ExitCode.VERDICT_NO: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One seed as the table shows it."""

    name: str
    family: str
    why: str
    query: str
    proofs: tuple[str, ...]
    codes: tuple[str, ...]
    causes: tuple[str, ...]
    wanted: str
    absent: str
    state: State
    tone: Tone


def render(score: Score, provenance: Provenance) -> str:
    """Return the page as one HTML file."""
    return render_page(
        Page(
            kind="Selftest",
            title="Does the gate see what got worse?",
            verdict=f"{score.sentence[0].upper()}{score.sentence[1:]}",
            tone=_EXITS.get(score.exit_code, "warn"),
            facts=list(_facts(score)),
            sections=[
                _section(
                    "Planted regressions",
                    "seeds",
                    rows=[_row(outcome) for outcome in score.outcomes],
                ),
                _section("Clean runs", "clean", score=score),
            ],
            provenance=provenance,
        )
    )


def _facts(score: Score) -> Iterator[Fact]:
    left = len(score.outcomes) - len(score.proven)
    yield Fact(label="Planted", value=f"{number(len(score.proven))} with an effect")
    yield Fact(label="Caught", value=_share(len(score.caught), len(score.proven), LEAST_CAUGHT))
    yield Fact(label="Cause named", value=_share(len(score.named), len(score.caught), LEAST_NAMED))
    yield Fact(label="False alarms", value=f"{len(score.false_alarms)}, wanted 0")
    yield Fact(label="Without an effect here", value=counted(left, "seed"))


def _share(part: int, whole: int, least: float) -> str:
    return f"{part} of {whole}, wanted {least:.0%}".replace("%", " %")


def _section(title: str, anchor: str, **values: object) -> Section:
    template = environment("b2bench.selftest.gate").get_template(f"{anchor}.html")
    return Section(title=title, anchor=anchor, body=Markup(template.render(**values)))  # noqa: S704 (escaped)


def _row(outcome: Outcome) -> Row:
    state = state_of(outcome)
    return Row(
        name=outcome.seed.name,
        family=outcome.seed.family,
        why=outcome.seed.why,
        query=outcome.seed.baseline.name,
        proofs=outcome.proofs,
        codes=codes(outcome),
        causes=tuple(causes_shown(outcome)),
        wanted=outcome.seed.cause,
        absent=outcome.absent,
        state=state,
        tone=TONES[state],
    )
