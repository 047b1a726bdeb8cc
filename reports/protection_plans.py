"""Where a policy keeps a query from an index: conditions that turned into filters, and why.

A condition whose operator or function is not leakproof may see no row before the policy has passed
it, so an index cannot look it up any more.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psycopg

from reports.conditions import Term, functions_in, terms
from reports.plans import JsonObject
from reports.protection_guards import statement

_CAST = re.compile(r"::(?P<type>[a-z_][\w .]*(?:\(\d+(?:,\d+)?\))?)(?:\[\])?\)*$")
_SCANS = frozenset(("Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Seq Scan"))
_LOOKED_UP = ("Index Cond", "Order By")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What may not see rows before a policy has passed them.

    Args:
        shown: e.g. `operator @@(tsvector,tsquery)` or `function lower`.
        is_enum: whether it compares an enum.
    """

    shown: str
    is_enum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A condition that an index looks up without policies, and that is a filter with them.

    Args:
        index: that looks it up.
        schema: of the table.
        condition: its side that belongs to the table, and the operator.
        leak: why.
        is_gone: whether the index is not used at all any more.
    """

    index: str
    schema: str
    table: str
    condition: str
    leak: Leak
    is_gone: bool


@dataclass(slots=True, kw_only=True)
class _Scanned:
    """What a plan does with one relation."""

    schema: str
    table: str
    looked_up: dict[tuple[str, str], str] = field(default_factory=dict)
    filters: list[Term] = field(default_factory=list)
    indexes: set[str] = field(default_factory=set)


def losses(
    connection: psycopg.Connection, without: JsonObject, guarded: JsonObject
) -> Iterator[Loss]:
    """Yield the index conditions that policies turned into filters.

    Args:
        connection: to either copy.
        without: EXPLAIN's entry without policies.
        guarded: the same statement's with them.
    """
    after = _scanned(guarded)
    used = {index for each in after.values() for index in each.indexes}
    for alias, before in _scanned(without).items():
        now = after.get(alias)
        if now is None:
            continue
        for (expression, operator), index in before.looked_up.items():
            if (expression, operator) in now.looked_up:
                continue
            for term in now.filters:
                leak = _leak(connection, before, term) if term.expression == expression else None
                if leak is not None:
                    yield Loss(
                        index=index,
                        schema=before.schema,
                        table=before.table,
                        condition=f"{term.expression} {term.operator}",
                        leak=leak,
                        is_gone=index not in used,
                    )
                    break


def _leak(connection: psycopg.Connection, scanned: _Scanned, term: Term) -> Leak | None:
    column = term.cast_column or term.expression
    if not term.is_column and not term.cast_column:
        names = list(functions_in(term.expression))
        row = connection.execute(statement("protection_functions.sql"), {"names": names}).fetchone()
        return Leak(shown=f"function {row[0]}") if row else None
    other = _CAST.search(term.other)
    relation = psycopg.sql.Identifier(scanned.schema, scanned.table).as_string(connection)
    row = connection.execute(
        statement("protection_operator.sql"),
        {
            "relation": relation,
            "column": column.strip('"').replace('""', '"'),
            "cast": term.cast_type or None,
            "operator": term.operator,
            "other": other["type"] if other else None,
        },
    ).fetchone()
    return Leak(shown=f"operator {row[0]}", is_enum=row[1]) if row else None


def _scanned(explained: JsonObject) -> dict[str, _Scanned]:
    """Return what a plan does with each of its relations, by alias."""
    found = dict[str, _Scanned]()
    _walk(explained["Plan"], None, found)
    return found


def _walk(raw: JsonObject, alias: str | None, found: dict[str, _Scanned]) -> None:
    if raw["Node Type"] in _SCANS:
        alias = raw["Alias"]
        scanned = found.setdefault(
            raw["Alias"], _Scanned(schema=raw.get("Schema", ""), table=raw["Relation Name"])
        )
        scanned.filters += terms(raw["Filter"], raw["Alias"]) if "Filter" in raw else ()
    if alias is not None and (index := raw.get("Index Name")):
        found[alias].indexes.add(index)
        for label in _LOOKED_UP:
            for term in terms(raw[label], alias) if label in raw else ():
                found[alias].looked_up[term.expression, term.operator] = index
    for child in raw.get("Plans", ()):
        below = alias if raw["Node Type"].startswith("Bitmap") else None
        _walk(child, below, found)


def scanned_indexes(connection: psycopg.Connection, oids: Sequence[int]) -> dict[int, str]:
    """Return the names of those relations that are indexes, by oid."""
    rows = connection.execute(
        "SELECT oid::int8, relname FROM pg_class WHERE relkind = 'i' AND oid = ANY (%s::oid[])",
        (list(oids),),
    )
    return dict(rows.fetchall())
