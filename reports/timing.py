"""What timing a query class on two sides came to."""

from dataclasses import dataclass
from enum import StrEnum

from b2bench.arguments import Case


class TimeVerdict(StrEnum):
    """What is to be said of a class: certain, nothing certain, or nothing at all.

    `UNSTABLE`: not even a doubling would have been found. `UNTIMED`: one side refuses it.
    """

    SLOWER = "slower"
    FASTER = "faster"
    NOT_CERTAIN = "~"
    UNSTABLE = "unstable"
    UNTIMED = "untimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One query class with one case of arguments, timed on both sides.

    Args:
        baseline_ms: the middle time of one execution; so is `candidate_ms`.
        ratio: candidate over baseline, with the interval's ends; of the confirmations, if there
            were any: what made them necessary was the extreme of many.
        pairs: from which it comes.
        smallest: the smallest ratio that would have been called slower, four in five times.
        confirmations: passes on fresh sessions that came to the same.
        suspected: what the first pass said; `~` where it gave no reason for a confirmation.
        said: why it could not be timed.
    """

    query: str
    case: Case
    verdict: TimeVerdict
    baseline_ms: float = 0.0
    candidate_ms: float = 0.0
    ratio: float = 1.0
    low: float = 1.0
    high: float = 1.0
    pairs: int = 0
    smallest: float = 1.0
    confirmations: int = 0
    suspected: TimeVerdict = TimeVerdict.NOT_CERTAIN
    said: str = ""

    @property
    def subject(self) -> str:
        """The class and its case, as the gate's other findings call them."""
        return f"{self.query} ({self.case})"

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it looked otherwise at first."""
        return self.suspected is not TimeVerdict.NOT_CERTAIN and self.verdict is not self.suspected
