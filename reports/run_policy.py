"""Which findings of a run turn its verdict to no: a policy re-grades findings, it makes none."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from b2bench.findings import Finding, Severity
from reports.verdicts import RUN_INVALID, TARGET_MISSED

if TYPE_CHECKING:
    from b2bench.runs import LoadResult

NEVER, WARNING = "never", "warning"
# what can be written, and the finding that it speaks of
TERMS: Mapping[str, str] = {
    "target": TARGET_MISSED,
    "errors": "requests-failed",
    "counts": "counts-differ",
    "invalid": RUN_INVALID,
    "mean": "slow-mean",
    "skipped": "requests-skipped",
    "samples": "few-samples",
    "account": "account-invalid",
}
DEFAULT = "target,errors,mean,counts,invalid"
# whether such a finding is certain was judged with it: one that only warns goes on warning
_AS_JUDGED = frozenset((TARGET_MISSED, "slow-mean", "counts-differ"))
_WITH_SHARE = ("errors", "skipped")
_TERM = re.compile(r"(?P<term>[a-z]+)(?:>(?P<share>\d+(?:\.\d+)?) ?%)?")
_INVALID = TERMS["invalid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPolicy:
    """How bad each kind of finding is.

    Args:
        text: as it was written.
        above: by a failing finding's code, the share of requests that must be exceeded.
        warnings_fail: every warning turns the verdict, too.
        fails: `False` is `never`: nothing does.
    """

    text: str
    above: Mapping[str, float] = field(default_factory=dict)
    warnings_fail: bool = False
    fails: bool = True

    def __str__(self) -> str:
        return self.text

    def graded(self, findings: Iterable[Finding], result: "LoadResult") -> tuple[Finding, ...]:
        """Return findings with the severity that this policy gives them."""
        return tuple(replace(found, severity=self._severity(found, result)) for found in findings)

    def _severity(self, found: Finding, result: "LoadResult") -> Severity:
        if not self.fails:
            return Severity.WARNING if found.severity is Severity.ERROR else found.severity
        if self.warnings_fail:
            return Severity.ERROR if found.severity is Severity.WARNING else found.severity
        # a run that is not valid says nothing, whoever asks
        if found.code == _INVALID or found.code not in TERMS.values():
            return found.severity
        if found.code not in self.above:
            return Severity.WARNING if found.severity is Severity.ERROR else found.severity
        if found.code in _AS_JUDGED:
            return found.severity
        exceeded = share_of(found, result) > self.above[found.code]
        return Severity.ERROR if exceeded else Severity.WARNING


def share_of(found: Finding, result: "LoadResult") -> float:
    """Return the share of requests that a finding speaks of, 1 where it speaks of no share."""
    if found.code == TERMS["skipped"]:
        return result.skipped / max(1, result.offered)
    if found.code == TERMS["errors"]:
        for query in result.queries:
            if query.name == found.subject:
                return query.failed / max(1, query.failed + query.completed)
        return result.failed / max(1, result.failed + result.completed)
    return 1.0


def read_policy(text: str) -> RunPolicy:
    """Return the policy that a text says.

    >>> read_policy("target, errors>0.1%").above
    {'target-missed': 0.0, 'requests-failed': 0.001}

    Raises:
        ValueError: it cannot be read; the message says what can be written.
    """
    terms = [term.strip() for term in text.split(",")]
    if terms == [NEVER]:
        return RunPolicy(text=text, fails=False)
    if terms == [WARNING]:
        return RunPolicy(text=text, warnings_fail=True)
    return RunPolicy(text=text, above=dict(map(_read_term, terms)))


def _read_term(text: str) -> tuple[str, float]:
    match = _TERM.fullmatch(text)
    if match is None or match["term"] not in TERMS:
        raise ValueError(_WRITE)
    percent = match["share"]
    if percent is not None and match["term"] not in _WITH_SHARE:
        raise ValueError(_WRITE)
    return TERMS[match["term"]], float(percent) / 100 if percent else 0.0


_WRITE = (
    f"write {NEVER}, {WARNING}, or some of {', '.join(TERMS)} with commas between them; "
    f"{' and '.join(_WITH_SHARE)} may name a share, such as errors>0.1%"
)
