"""What a selftest is to do, and what a command tells of it."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from b2bench.commands._console import BAD, DOUBTFUL, GOOD, say, say_findings, show, table
from b2bench.errors import BadInput
from b2bench.findings import ExitCode
from b2bench.queries import QueryClass, by_name
from b2bench.selftest.gate.score import Score, State, causes_shown, state_of
from b2bench.selftest.gate.seeds import Seed, load_seeds
from b2bench.selftest.gate.trial import Outcome
from b2bench.selftest.load.checks import Check, Verdict

_STATES: dict[State, str] = {"caught": GOOD, "cause not named": DOUBTFUL, "missed": BAD}
_STYLES: dict[Verdict, str] = {"met": GOOD, "not met": BAD, "cannot tell": DOUBTFUL}


def say_checks(checks: Sequence[Check], page: Path) -> None:
    """Show each check with its verdict, why nothing can be told, and where the page lies."""
    rows = (
        (check.what, check.measured, check.wanted, Text(check.verdict, _STYLES[check.verdict]))
        for check in checks
    )
    show(table("what", "measured", "wanted", "verdict", rows=rows))
    for why in dict.fromkeys(check.why for check in checks if check.why):
        say(f"cannot tell: {why}", style=DOUBTFUL)
    say(f"page: {page}")


def chosen_seeds(queries: Sequence[QueryClass], words: Sequence[str]) -> tuple[Seed, ...]:
    """Return the regressions whose name or family has one of the words in it; all without a word.

    Raises:
        BadInput: there is none.
    """
    seeds = load_seeds(by_name(queries))
    chosen = tuple(
        seed
        for seed in seeds
        if not words or any(word in seed.name or word in seed.family for word in words)
    )
    if not chosen:
        families = sorted({seed.family for seed in seeds})
        raise BadInput(f"no regression is called so: choose of {', '.join(families)}")
    return chosen


def say_score(score: Score, page: Path) -> None:
    """Show each regression with what the gate said, the false alarms, and where the page lies."""
    rows = (_row(outcome) for outcome in score.outcomes)
    show(table("regression", "family", "costs", "cause", "verdict", rows=rows))
    say_findings(score.false_alarms)
    styles = {ExitCode.FINE: GOOD, ExitCode.VERDICT_NO: BAD}
    say(score.sentence, style=styles.get(score.exit_code, DOUBTFUL))
    say(f"page: {page}")


def _row(outcome: Outcome) -> list[str | Text]:
    state = state_of(outcome)
    return [
        outcome.seed.name,
        outcome.seed.family,
        next(iter(outcome.proofs), outcome.absent or "nothing"),
        ", ".join(causes_shown(outcome)),
        Text(state, _STATES.get(state, "")),
    ]
