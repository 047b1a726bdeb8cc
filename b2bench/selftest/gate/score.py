"""What the planted regressions and the clean runs say of the gate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from b2bench.findings import ExitCode, Finding, Severity
from b2bench.selftest.gate.trial import Outcome
from reports.gate import Verdict

State = Literal["caught", "cause not named", "missed", "no effect here", "not planted"]

LEAST_CAUGHT = 0.95
LEAST_NAMED = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What was planted, what was seen of it, and what was seen where nothing was planted.

    Args:
        outcomes: of every seed.
        clean: verdicts on copies in which nothing was planted.
    """

    outcomes: tuple[Outcome, ...]
    clean: tuple[Verdict, ...]

    @property
    def proven(self) -> tuple[Outcome, ...]:
        """The seeds that cost something; only they count."""
        return tuple(outcome for outcome in self.outcomes if outcome.proofs)

    @property
    def caught(self) -> tuple[Outcome, ...]:
        """Those that the gate stops."""
        return tuple(outcome for outcome in self.proven if outcome.caught)

    @property
    def named(self) -> tuple[Outcome, ...]:
        """Those of the stopped ones whose cause it names."""
        return tuple(outcome for outcome in self.caught if outcome.named)

    @property
    def false_alarms(self) -> tuple[Finding, ...]:
        """What it found where nothing was planted."""
        return tuple(
            found
            for verdict in self.clean
            for found in verdict.findings
            if found.severity is not Severity.NOTE
        )

    @property
    def exit_code(self) -> ExitCode:
        """0 when enough is caught and named and nothing is made up; 2 when nothing was proven."""
        if not self.proven:
            return ExitCode.COULD_NOT
        is_good = (
            len(self.caught) >= LEAST_CAUGHT * len(self.proven)
            and len(self.named) >= LEAST_NAMED * len(self.caught)
            and not self.false_alarms
        )
        return ExitCode.FINE if is_good else ExitCode.VERDICT_NO

    @property
    def sentence(self) -> str:
        """The score in one sentence."""
        if not self.proven:
            return "nothing can be told: no planted regression cost anything on this data set"
        return (
            f"{len(self.caught)} of {len(self.proven)} regressions caught, the cause of "
            f"{len(self.named)} named; {len(self.false_alarms)} false alarms in "
            f"{len(self.clean)} clean runs"
        )


def state_of(outcome: Outcome) -> State:
    """Return what became of a seed."""
    if outcome.absent:
        return "not planted"
    if not outcome.proofs:
        return "no effect here"
    if not outcome.caught:
        return "missed"
    return "caught" if outcome.named else "cause not named"


def codes(outcome: Outcome) -> tuple[str, ...]:
    """Return the codes of the findings that stop a seed, each once."""
    return tuple(dict.fromkeys(_codes(outcome)))


def _codes(outcome: Outcome) -> Iterator[str]:
    if outcome.verdict is not None:
        for found in outcome.verdict.findings:
            if found.severity is Severity.ERROR:
                yield found.code


def causes_shown(outcome: Outcome) -> Sequence[str]:
    """Return the named causes in words."""
    return [cause.shown if cause.proven else f"probably {cause.shown}" for cause in outcome.causes]
