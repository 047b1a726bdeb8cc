"""A load as whoever conducts it knows it: its plan, how far it is, what all processes saw."""

from dataclasses import dataclass

from b2bench.runs import Phase, RunPlan
from loadgen.driver.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A load at one instant.

    Args:
        began_unix_s: the start of the warm-up.
        elapsed_s: since then.
        measured_s: the length of the measurement so far.
    """

    plan: RunPlan
    ledger: Ledger
    phase: Phase
    began_unix_s: float
    elapsed_s: float
    measured_s: float
