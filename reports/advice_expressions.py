"""Expressions that keep indexes from helping: casts of columns, functions called for each row."""

from collections.abc import Container, Iterator, Sequence

from b2bench.figures.notation import number
from b2bench.findings import Finding, Severity
from reports.conditions import column_of, functions_in, terms
from reports.facts import Facts
from reports.observing import FunctionCalls
from reports.plans import PlanNode

_CALLS_LEAST = 1_000
_CAST_READ_LEAST = 1_000


def computing(
    node: PlanNode, functions: Sequence[FunctionCalls], facts: Facts
) -> Iterator[Finding]:
    """Yield what a node computes for every row that it reads.

    Args:
        node: that was executed.
        functions: called by the whole step.
        facts: about the database.
    """
    yield from _cast(node, facts)
    yield from _functions(node, functions, facts)


def joins_casts(scan: PlanNode, join: PlanNode, facts: Facts) -> Iterator[Finding]:
    """Yield the columns of a scan that are cast for a join."""
    yield from _casts(scan, join, {"Hash Cond", "Merge Cond", "Join Filter"}, facts)


def _cast(node: PlanNode, facts: Facts) -> Iterator[Finding]:
    if node.alias and node.rows + node.rows_removed >= _CAST_READ_LEAST:
        yield from _casts(node, node, {"Filter"}, facts)


def _casts(
    node: PlanNode, holder: PlanNode, labels: Container[str], facts: Facts
) -> Iterator[Finding]:
    """Find columns of a node that are cast in the conditions of itself or of a join."""
    table = facts.table(node.schema, node.relation)
    for condition in holder.conditions:
        if condition.label in labels:
            yield from (
                _cast_found(node.relation, term.cast_column, term.cast_type, term.other)
                for term in terms(condition.expression, node.alias)
                if term.cast_column
                and term.is_equality
                and not facts.keeps_values(table, term.cast_column, term.cast_type)
            )


def _cast_found(relation: str, column: str, type_: str, other: str) -> Finding:
    # a constant may be personal data
    against = other if column_of(other) else "an argument"
    return Finding(
        code="cast-on-column",
        severity=Severity.WARNING,
        subject=relation,
        message=f"every {column} is cast to {type_} before it is compared with {against}, "
        "so no index on it helps",
        mend="give both sides the same type",
    )


def _functions(
    node: PlanNode, functions: Sequence[FunctionCalls], facts: Facts
) -> Iterator[Finding]:
    """Find functions that a node calls for every row that it reads."""
    named = {name for condition in node.conditions for name in functions_in(condition.expression)}
    read = node.rows + node.rows_removed
    for called in functions:
        name = functions_in(called.function)[0]
        if called.calls < _CALLS_LEAST or name not in named or read < _CALLS_LEAST:
            continue
        kinds = {fact.volatility for fact in facts.functions_named(name)}
        yield Finding(
            code="function-per-row",
            severity=Severity.WARNING,
            subject=name,
            message=f"is called {number(called.calls)} times, once for each row that is read"
            + (", because it is declared volatile" if kinds == {"volatile"} else ""),
            mend="index what it computes, or call it once",
        )
