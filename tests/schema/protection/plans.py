"""The indexes that a statement's generic plan uses, and the conditions that it looks them up by."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from b2bench.queries import Step

_PREPARED = "probe"
# what tells two plans of one statement apart and means nothing: aliases, numbers of inner plans
_ALIAS = re.compile(r"\b[a-z_][a-z0-9_]*\.(?=[a-z_])")
_INNER = re.compile(r"\((?:Init|Sub)Plan \d+\)\.col\d+|\(hashed SubPlan \d+\)\.col\d+")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Use:
    """An index and one condition that it is looked up by."""

    index: str
    condition: str


def uses(connection: psycopg.Connection, step: Step) -> frozenset[Use]:
    """Return the indexes of a step's generic plan, made as the session's role.

    Args:
        connection: in a transaction, in which sequential scans are out of favour.
        step: the statement.
    """
    # neither statement takes a parameter of the protocol
    connection.execute(f"PREPARE {_PREPARED} AS {step.sql}".encode())
    nulls = ", ".join(["NULL"] * len(step.parameters))
    arguments = f"({nulls})" if nulls else ""
    row = connection.execute(
        f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {_PREPARED}{arguments}".encode()
    ).fetchone()
    connection.execute(f"DEALLOCATE {_PREPARED}".encode())
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return frozenset(_uses(plan[0]["Plan"]))


def _uses(node: dict[str, Any]) -> Iterator[Use]:
    if "Index Name" in node:
        for condition in _parts(node.get("Index Cond", "")):
            yield Use(index=node["Index Name"], condition=_bare(condition))
    for child in node.get("Plans", ()):
        yield from _uses(child)


def _parts(condition: str) -> list[str]:
    """Return what a conjunction consists of.

    >>> _parts("((a.id = $1) AND (a.at > (b.x AND b.y)))")
    ['(a.id = $1)', '(a.at > (b.x AND b.y))']
    """
    if not condition.startswith("(("):
        return [condition] if condition else []
    inner, parts, depth, start = condition[1:-1], list[str](), 0, 0
    for at, character in enumerate(inner):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and inner.startswith(" AND ", at + 1):
            parts.append(inner[start : at + 1])
            start = at + 6
    return [*parts, inner[start:]]


def _bare(condition: str) -> str:
    return _ALIAS.sub("", _INNER.sub("inner", condition))
