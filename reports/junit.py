"""Test results in the XML that CI servers read: JUnit's, as Ant and Jenkins define it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from b2bench.findings import Finding, Severity

# what XML 1.0 has no way to write
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that was tested.

    Args:
        time_s: how long it took.
        failures: findings that speak against it; the schema allows one element for all of them.
        text: what is written of the failures; by default a line for each.
        skipped: why nothing was tested; empty where something was.
    """

    name: str
    time_s: float
    failures: Sequence[Finding] = ()
    text: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Cases that were tested together.

    Args:
        name: also the class name of each case, by which CI servers group them.
        properties: where the figures come from.
        says: what a person may want to read, e.g. warnings.
    """

    name: str
    at: datetime
    time_s: float
    cases: Sequence[Case]
    properties: Mapping[str, str] = field(default_factory=dict)
    says: Sequence[str] = ()


def junit(suite: Suite) -> str:
    """Return a suite as an XML file, valid against the schemas of Ant and of Jenkins."""
    root = Element("testsuites")
    failed = [case for case in suite.cases if case.failures]
    element = SubElement(
        root,
        "testsuite",
        {
            "name": suite.name,
            "package": suite.name,
            "id": "0",
            # Ant's schema has no time zone
            "timestamp": f"{suite.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
            "hostname": "localhost",
            "tests": str(len(suite.cases)),
            "failures": str(len(failed)),
            "errors": "0",
            "skipped": str(sum(_is_skipped(case) for case in suite.cases)),
            "time": _seconds(suite.time_s),
        },
    )
    properties = SubElement(element, "properties")
    for name, value in suite.properties.items():
        SubElement(properties, "property", {"name": name, "value": _writable(value)})
    for case in suite.cases:
        _add(element, suite, case)
    SubElement(element, "system-out").text = _writable("\n".join(suite.says))
    SubElement(element, "system-err").text = ""
    indent(root)
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def failures_of(findings: Iterable[Finding], subject: str) -> list[Finding]:
    """Return the findings that fail a subject."""
    return [
        found for found in findings if found.subject == subject and found.severity is Severity.ERROR
    ]


def _add(suite_element: Element, suite: Suite, case: Case) -> None:
    element = SubElement(
        suite_element,
        "testcase",
        {"name": case.name, "classname": suite.name, "time": _seconds(case.time_s)},
    )
    if case.failures:
        first = case.failures[0]
        failure = SubElement(
            element, "failure", {"message": _writable(first.message), "type": first.code}
        )
        lines = "\n".join(found.line for found in case.failures)
        failure.text = _writable(case.text or lines)
    elif _is_skipped(case):
        SubElement(element, "skipped", {"message": _writable(case.skipped)})


def _is_skipped(case: Case) -> bool:
    return bool(case.skipped) and not case.failures


def _seconds(value: float) -> str:
    """Return seconds as a decimal number, never with an exponent."""
    return f"{value:.6f}"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("?", text)
