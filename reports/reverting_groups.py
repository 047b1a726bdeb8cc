"""Differences that are one change of the database, though the catalogue shows it in many places."""

import re
from collections.abc import Callable, Iterator, Sequence

from b2bench.catalogue import Catalogue, Difference
from reports.reverting_steps import (
    Irreversible,
    name_on_table,
    parent_of_index,
    parent_of_table,
    qualified,
    qualified_routine,
    table_and_column,
    table_of_index,
    type_of_column,
)

_OWNS_INDEX = ("PRIMARY KEY", "UNIQUE", "EXCLUDE")
_STATISTICS_OF = re.compile(
    r' FROM (?P<table>(?:"(?:[^"]|"")*"|[\w$]+)\.(?:"(?:[^"]|"")*"|[\w$]+))'
)
_WORD = re.compile(r'"(?:[^"]|"")*"|\w+')


def grouped(
    differences: Sequence[Difference], baseline: Catalogue, candidate: Catalogue
) -> tuple[tuple[Difference, ...], ...]:
    """Return the differences in groups that can only be undone together.

    A constraint goes with its index; a table with everything on it; a column with the indexes,
    constraints, statistics and views whose text changed with it; a partitioned object with its
    partitions; a trigger with the function that came or went with it. Groups and their members
    keep the order.
    """
    found = _Found(differences, baseline, candidate)
    leaders = list(range(len(differences)))

    def leader(place: int) -> int:
        while leaders[place] != place:
            place = leaders[place]
        return place

    for first, second in found.pairs():
        low, high = sorted((leader(first), leader(second)))
        leaders[high] = low
    members = dict[int, list[Difference]]()
    for place, difference in enumerate(differences):
        members.setdefault(leader(place), []).append(difference)
    return tuple(map(tuple, members.values()))


class _Found:
    """Which differences belong together, in pairs."""

    def __init__(
        self, differences: Sequence[Difference], baseline: Catalogue, candidate: Catalogue
    ) -> None:
        self._differences = differences
        self._parents = _parents(baseline) | _parents(candidate)
        self._tables = list(map(table_of, differences))

    def pairs(self) -> Iterator[tuple[int, int]]:
        for place, one in enumerate(self._differences):
            rule = _RULES.get(one.kind)
            if rule is None:
                continue
            for other_place, other in enumerate(self._differences):
                if place != other_place and rule(self, place, one, other_place, other):
                    yield place, other_place

    def with_constraint(
        self, place: int, one: Difference, other_place: int, other: Difference
    ) -> bool:
        text = one.baseline_definition or one.candidate_definition
        return (
            other.kind == "index"
            and text.startswith(_OWNS_INDEX)
            and self._tables[place] == self._tables[other_place]
            and name_on_table(one.identity)[0] == qualified(other.identity).rpartition(".")[2]
        )

    def with_table(self, place: int, one: Difference, other_place: int, other: Difference) -> bool:
        return (
            one.change in {"missing", "added"}
            and other.change == one.change
            and self._tables[place] == self._tables[other_place]
        )

    def with_column(self, place: int, one: Difference, other_place: int, other: Difference) -> bool:
        if other.change != one.change:
            return False
        table, column = table_and_column(one.identity)
        if other.kind == "column":
            parent, same = table_and_column(other.identity)
            return column == same and self._parents.get(table) == parent
        if one.change == "changed" and not _is_retyped(one):
            return False
        texts = f"{other.baseline_definition} {other.candidate_definition}"
        if other.kind == "view":
            return {column, table.rpartition(".")[2]} <= set(_WORD.findall(texts))
        return (
            other.kind in {"index", "constraint", "statistics"}
            and self._tables[place] == self._tables[other_place]
            and column in _WORD.findall(texts)
        )

    def with_index(self, _: int, one: Difference, __: int, other: Difference) -> bool:
        definitions = filter(None, (one.baseline_definition, one.candidate_definition))
        return other.kind == "index" and qualified(other.identity) in map(
            parent_of_index, definitions
        )

    def with_trigger(self, _: int, one: Difference, __: int, other: Difference) -> bool:
        text = one.baseline_definition or one.candidate_definition
        return (
            other.kind == "function"
            and other.change == one.change != "changed"
            and f"EXECUTE FUNCTION {qualified_routine(other.identity).removesuffix(')')}" in text
        )


def table_of(difference: Difference) -> str:
    """Return the table that an object belongs to, with its schema; empty where there is none."""
    definition = difference.baseline_definition or difference.candidate_definition
    try:
        return _TABLE_OF[difference.kind](difference.identity, definition)
    except (KeyError, Irreversible):
        return ""


def _statistics_of(_: str, definition: str) -> str:
    found = _STATISTICS_OF.search(definition)
    return found["table"] if found else ""


_TABLE_OF: dict[str, Callable[[str, str], str]] = {
    "column": lambda identity, _: table_and_column(identity)[0],
    "constraint": lambda identity, _: name_on_table(identity)[1],
    "index": lambda _, definition: table_of_index(definition),
    "policy": lambda identity, _: name_on_table(identity)[1],
    "rule": lambda identity, _: name_on_table(identity)[1],
    "statistics": _statistics_of,
    "table": lambda identity, _: qualified(identity),
    "trigger": lambda identity, _: name_on_table(identity)[1],
    "view": lambda identity, _: qualified(identity),
}

_RULES: dict[str, Callable[[_Found, int, Difference, int, Difference], bool]] = {
    "column": _Found.with_column,
    "constraint": _Found.with_constraint,
    "index": _Found.with_index,
    "table": _Found.with_table,
    "trigger": _Found.with_trigger,
    "view": _Found.with_table,
}


def _is_retyped(column: Difference) -> bool:
    return type_of_column(column.baseline_definition) != type_of_column(column.candidate_definition)


def _parents(catalogue: Catalogue) -> dict[str, str]:
    """Return the partitioned table by its partition, both with their schemas."""
    tables = (item for item in catalogue.objects if item.kind == "table")
    found = ((qualified(item.identity), _parent(item.definition)) for item in tables)
    return {table: parent for table, parent in found if parent}


def _parent(definition: str) -> str:
    try:
        return parent_of_table(definition)
    except Irreversible:
        return ""
