"""What a check found, how bad it is, and what a command exits with."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What a command tells its caller."""

    FINE = 0
    VERDICT_NO = 1
    COULD_NOT = 2


class Severity(StrEnum):
    """How much a finding matters; `ERROR` makes a verdict a no."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a person should know, with what to do about it.

    Args:
        code: stable, kebab-case, e.g. `plan-shape-changed`.
        subject: what it is about: a query class, an index, a setting.
        message: what was found, with its figures.
        mend: what to do; empty where nothing is to be done.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    mend: str = ""

    @property
    def line(self) -> str:
        """The finding in one line."""
        mend = f": {self.mend}" if self.mend else ""
        return f"{self.severity}: {self.subject}: {self.message}{mend}"


def exit_code(findings: Iterable[Finding]) -> ExitCode:
    """Return what a command with these findings exits with."""
    if any(finding.severity is Severity.ERROR for finding in findings):
        return ExitCode.VERDICT_NO
    return ExitCode.FINE
