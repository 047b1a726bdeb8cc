"""The rules of Ant's junit.xsd and of Jenkins' junit-10.xsd, as far as both have them."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

_SUITE = {
    "name": r"\S.*",
    "package": r"\S+",
    "id": r"\d+",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "hostname": r"\S+",
    "tests": r"\d+",
    "failures": r"\d+",
    "errors": r"\d+",
    "skipped": r"\d+",
    "time": r"\d+(\.\d+)?",
}
_CASE = {"name": r"\S.*", "classname": r"\S+", "time": r"\d+(\.\d+)?"}
_FAILURE = {"message": r"(?s).*", "type": r"\S+"}


def breaches(text: str) -> list[str]:
    """Return what is wrong with a JUnit file; nothing if it is valid."""
    root = fromstring(text)  # noqa: S314 (our own)
    found = [] if root.tag == "testsuites" and not root.attrib else ["the root is no testsuites"]
    for suite in root:
        found += _suite(suite)
    return found


def _suite(suite: Element) -> Iterator[str]:
    yield from _attributes(suite, _SUITE)
    tags = [child.tag for child in suite]
    cases = [child for child in suite if child.tag == "testcase"]
    wanted = ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
    if tags != wanted:
        yield f"children are {tags}"
    for each in suite.iter("property"):
        yield from _attributes(each, {"name": r"\S.*", "value": r"(?s).*"})
    for case in cases:
        yield from _case(case)
    counts = {
        "tests": len(cases),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    for name, count in counts.items():
        if suite.get(name) != str(count):
            yield f"{name} says {suite.get(name)}, there are {count}"


def _case(case: Element) -> Iterator[str]:
    yield from _attributes(case, _CASE)
    if len(case) > 1:
        yield f"{case.get('name')} has {len(case)} outcomes"
    for outcome in case:
        if outcome.tag not in {"failure", "error", "skipped"}:
            yield f"{case.get('name')} has a {outcome.tag}"
        if outcome.tag == "failure":
            yield from _attributes(outcome, _FAILURE)


def _attributes(element: Element, wanted: dict[str, str]) -> Iterator[str]:
    if element.attrib.keys() != wanted.keys():
        yield f"{element.tag} has {sorted(element.attrib)}"
    for name, pattern in wanted.items():
        if not re.fullmatch(pattern, element.get(name, "")):
            yield f"{element.tag}/{name} is {element.get(name)!r}"
