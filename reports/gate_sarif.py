"""The gate's verdict as SARIF 2.1.0, which code scanning shows beside the query files."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from b2bench import __version__
from b2bench.findings import Finding, Severity
from b2bench.queries import QueryClass, by_name
from b2bench.records import to_json
from reports.cause import because
from reports.changes import COUNTERS
from reports.comparison import Comparison, StepComparison
from reports.gate import Verdict
from reports.gate_codes import CODES, Code, code_of
from reports.plans import JsonObject

_ROOT = "%SRCROOT%"
SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_FINGERPRINT_DIGITS = 32
# the only one by which GitHub knows an alert again
_GITHUBS_FINGERPRINT = "primaryLocationLineHash"
_OWN_FINGERPRINT = "b2benchStatement/v1"


def gate_sarif(verdict: Verdict, queries: Sequence[QueryClass], root: Path) -> str:
    """Return one result for each finding, at the place of its statement.

    What is said of no query file becomes a notification of the run: code scanning refuses results
    without a place.

    Args:
        verdict: as it was pronounced.
        queries: the classes that were judged; their paths name the files.
        root: of the repository; a file elsewhere is known by its name alone.
    """
    writing = _Writing(by_name(queries), root)
    results = [result for each in verdict.comparisons.classes for result in writing.results(each)]
    rules = _rules(result["ruleId"] for result in results)
    places = {rule.code: place for place, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "b2bench gate",
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        # results of another major version are not these, found again
        "automationDetails": {"id": f"b2bench-gate/postgresql-{verdict.ground.server_major}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": int(verdict.exit_code),
                "exitCodeDescription": verdict.headline,
                "toolExecutionNotifications": list(writing.notifications(verdict)),
            }
        ],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root of the repository."}},
        },
        "results": [{**each, "ruleIndex": places[each["ruleId"]]} for each in results],
        "properties": {"headline": verdict.headline, "ground": verdict.ground.shown},
    }
    return to_json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}).decode()


def _rules(used: Iterable[str]) -> list[Code]:
    known = {each.code: each for each in CODES}
    return list((known | {code: code_of(code) for code in used}).values())


def _rule(code: Code) -> JsonObject:
    return {
        "id": code.code,
        "name": "".join(word.capitalize() for word in code.code.split("-")),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.help},
        "help": {"text": code.help, "markdown": code.help},
        "defaultConfiguration": {"level": code.severity.value},
        "properties": {"tags": ["performance", "postgresql"]},
    }


class _Writing:
    """Findings as results, at the places of their files."""

    def __init__(self, queries: Mapping[str, QueryClass], root: Path) -> None:
        self._queries = queries
        self._root = root.absolute()

    def results(self, compared: Comparison) -> Iterator[JsonObject]:
        query = self._queries.get(compared.query)
        if query is None:
            return
        for found in compared.notices:
            yield {
                **_said(found),
                "locations": [self._place(query, step="")],
                "partialFingerprints": _fingerprints(query.name, found.subject, found.code),
                "properties": {"query": query.name},
            }
        for step in compared.steps:
            for found in step.findings:
                yield {
                    **_said(because(found, step.causes), subject=step.subject),
                    "locations": [self._place(query, step=step.step)],
                    "partialFingerprints": _fingerprints(
                        query.name, step.case, step.step, found.code
                    ),
                    "properties": {"query": query.name, **_properties(found, step)},
                }

    def notifications(self, verdict: Verdict) -> Iterator[JsonObject]:
        homeless = (
            found
            for compared in verdict.comparisons.classes
            if compared.query not in self._queries
            for found in compared.findings
        )
        for found in (*verdict.comparisons.notices, *homeless):
            yield {
                "level": found.severity.value,
                "message": _message(found, found.subject),
                "descriptor": {"id": found.code},
            }

    def _place(self, query: QueryClass, *, step: str) -> JsonObject:
        line = next((each.line for each in query.steps if each.name == step), 1)
        return {
            "physicalLocation": {
                "artifactLocation": {"uri": self._uri(query.path), "uriBaseId": _ROOT},
                "region": {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2},
            }
        }

    def _uri(self, path: Path) -> str:
        whole = path.absolute()
        inside = whole.is_relative_to(self._root)
        return quote(whole.relative_to(self._root).as_posix() if inside else path.name)


def _said(found: Finding, subject: str = "") -> JsonObject:
    return {
        "ruleId": found.code,
        "level": found.severity.value,
        "message": _message(found, subject or found.subject),
    }


def _message(found: Finding, subject: str) -> JsonObject:
    mend = f". Mend: {found.mend}" if found.mend else ""
    return {"text": f"{subject}: {found.message}{mend}"}


def _fingerprints(*parts: str) -> JsonObject:
    """Return what is the same as long as the finding is, wherever its statement moves to."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_FINGERPRINT_DIGITS]
    return {_GITHUBS_FINGERPRINT: digest, _OWN_FINGERPRINT: digest}


def _properties(found: Finding, step: StepComparison) -> JsonObject:
    before, after = _before_and_after(found.code, step)
    causes = step.causes if found.severity is not Severity.NOTE else ()
    return {
        "case": step.case.value,
        "step": step.step,
        "before": before,
        "after": after,
        "causes": [
            {"kind": each.kind, "identity": each.identity, "proven": each.proven} for each in causes
        ],
    }


def _before_and_after(code: str, step: StepComparison) -> tuple[object, object]:
    """Return what a finding compares; nothing where there is no figure."""
    names = {f"{each.code}-{way}": each.field for each in COUNTERS for way in _WAYS} | _FIGURES
    name = names.get(code)
    return (getattr(step.baseline, name), getattr(step.candidate, name)) if name else (None, None)


_WAYS = ("increased", "decreased")
_FIGURES = {
    "plan-shape-changed": "plan_shape",
    "rows-changed": "rows_returned",
    "estimate-worse": "estimate_error",
}
