"""What could be done about a finding: indexes, statistics, settings, rewrites, to be tried."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from b2bench.queries import QueryClass
from reports.advice import Advice
from reports.conditions import Term, column_of, functions_in, terms
from reports.explaining import StepCapture
from reports.facts import Facts
from reports.plans import PlanNode, nodes, plan_tree
from reports.rewrites import Rewrite, as_keyset, with_parameter_type, with_scalar_subquery

_MOST_KEYS = 3
_LONGEST_NAME = 63
_KB_PER_MB = 1024
_LEAST_WORK_MEM_MB = 4
_MOST_WORK_MEM_MB = 1024
# a row takes more room in memory than in a sort's file
_MEMORY_PER_DISK = 3
# values that only the plan knows
_OF_PLAN = re.compile(r"\$\d|\((?:hashed )?(?:SubPlan|InitPlan) \d")
_PARTITIONED = (
    "on every partition at once, while nobody writes; to go on writing, build it on each partition "
    "with CONCURRENTLY, then attach those to one made ON ONLY the table"
)
_JOINS = ("Hash Cond", "Merge Cond", "Join Filter")
_OWN = ("Index Cond", "Recheck Cond", "Filter")


class Kind(StrEnum):
    """What sort of change a fix is."""

    INDEX = "index"
    STATISTICS = "statistics"
    SETTING = "setting"
    REWRITE = "rewrite"
    DEFINITION = "definition"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing to try.

    Args:
        code: what the finding turns out to be if this helps; empty where that is known.
        shown: what a person does, as SQL or in words.
        statements: what is executed on the copy, in a transaction but for maintenance.
        settings: made for the transaction.
        rewrite: another text of the step.
        note: what else the reader should know.
        provided: what has to be so for it to be right, which no answer shows.
        guard: a statement that gives a row where it would change what is stored.
    """

    kind: Kind
    shown: str
    code: str = ""
    statements: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    rewrite: Rewrite | None = None
    note: str = ""
    provided: str = ""
    guard: str = ""


def fixes(advice: Advice, step: StepCapture, query: QueryClass, facts: Facts) -> tuple[Fix, ...]:
    """Return what to try for a finding, the least intrusive first; empty where nothing is known."""
    found = _Finder(advice, step, query, facts).found()
    return tuple({fix.shown: fix for fix in found}.values())


class _Finder:
    """One finding at one node."""

    def __init__(self, advice: Advice, step: StepCapture, query: QueryClass, facts: Facts) -> None:
        self._code = advice.finding.code
        self._step = step
        self._query = query
        self._facts = facts
        # another text of the step would not change what its functions execute
        self._is_nested = advice.nested is not None
        plan = step.plan if advice.nested is None else step.nested[advice.nested].plan
        self._root = plan_tree(plan)
        self._nodes = {node.number: node for _, node in nodes(self._root)}
        self._parents = {
            child.number: node for node in self._nodes.values() for child in node.children
        }
        self._node = self._nodes.get(advice.node if advice.node is not None else -1)

    def found(self) -> Iterator[Fix]:
        if self._node is not None:
            for tries in _TRIES.get(self._code, ()):
                yield from tries(self, self._node)

    def _terms(self, node: PlanNode) -> tuple[Term, ...]:
        """Return what restricts the node's relation, by itself or through the join above it."""
        found = [
            term
            for condition in node.conditions
            if condition.label in _OWN
            for term in terms(condition.expression, node.alias)
        ]
        for join in self._joins_above(node):
            for condition in join.conditions:
                if condition.label in _JOINS:
                    found += terms(condition.expression, node.alias)
        return tuple(dict.fromkeys(self._plain(term, node) for term in found))

    def _plain(self, term: Term, node: PlanNode) -> Term:
        """Return the term of the column itself where a cast changes nothing in it."""
        column = term.cast_column
        if self._facts.keeps_values(self._table(node), column, term.cast_type):
            return replace(term, expression=column, is_column=True)
        return term

    def keyset(self, _node: PlanNode) -> Iterator[Fix]:
        if self._is_nested:
            return
        if (rewrite := as_keyset(self._query, self._step.step)) is not None:
            yield Fix(
                kind=Kind.REWRITE,
                shown=rewrite.shown,
                rewrite=rewrite,
                note="the client hands back the last row's keys instead of a page number",
                provided="the keys name each row once and none is NULL",
            )

    def vacuum(self, node: PlanNode) -> Iterator[Fix]:
        vacuum = f"VACUUM {self._table(node)}"
        yield Fix(kind=Kind.MAINTENANCE, shown=vacuum, statements=(vacuum,))

    def work_mem(self, node: PlanNode) -> Iterator[Fix]:
        for megabytes in _megabytes(node):
            yield Fix(
                kind=Kind.SETTING,
                shown=f"SET work_mem = '{megabytes}MB'",
                settings={"work_mem": f"{megabytes}MB"},
                note="for the role or the transaction; each sort and hash may take as much",
            )

    def _joins_above(self, node: PlanNode) -> Iterator[PlanNode]:
        above = self._parents.get(node.number)
        while above is not None and above.node_type in {"Hash", "Sort", "Materialize", "Memoize"}:
            above = self._parents.get(above.number)
        if above is not None and "Join Type" in above.raw:
            yield above

    def indexes(self, node: PlanNode) -> Iterator[Fix]:
        if not node.relation:
            return
        found = [term for term in self._terms(node) if self._indexable(term)]
        equal = _keys(term for term in found if term.is_equality)
        bounded = _keys(term for term in found if term.is_range)
        if equal or bounded:
            yield self._index(node, [*equal, *bounded[:1]][:_MOST_KEYS])
        if equal and bounded:
            yield self._index(node, equal[:_MOST_KEYS])
        for key in equal[:_MOST_KEYS] if len(equal) > 1 else ():
            yield self._index(node, [key])
        for term in found:
            if term.is_pattern and term.is_column:
                yield self._index(node, [f"{term.expression} text_pattern_ops"])
                yield self._index(node, [f"{term.expression} gin_trgm_ops"], method="gin")

    def indexes_for_filter(self, node: PlanNode) -> Iterator[Fix]:
        if node.rows_removed:
            yield from self.indexes(node)

    def _indexable(self, term: Term) -> bool:
        if term.is_column:
            return True
        if _OF_PLAN.search(term.expression):
            return False
        own = [self._facts.functions_named(name) for name in functions_in(term.expression)]
        return all(each.volatility == "immutable" for found in own for each in found)

    def sort_indexes(self, node: PlanNode) -> Iterator[Fix]:
        """Yield an index that gives a scan's rows in the order that a sort makes."""
        below = node.children[0] if node.children else None
        if node.node_type != "Sort" or below is None or not below.relation:
            return
        keys = [_sort_key(key, below.alias) for key in node.raw.get("Sort Key", ())]
        if all(keys):
            equal = _keys(term for term in self._terms(below) if term.is_equality)
            yield self._index(below, [*equal, *keys])

    def statistics(self, node: PlanNode) -> Iterator[Fix]:
        scan = node if node.relation else _scan_below(node)
        if scan is None:
            return
        table = self._table(scan)
        yield Fix(
            kind=Kind.STATISTICS,
            code="stale-statistics",
            shown=f"ANALYZE {table}",
            statements=(f"ANALYZE {table}",),
        )
        found = [term for term in self._terms(scan) if not term.is_pattern]
        columns = list(dict.fromkeys(term.expression for term in found if term.is_column))
        if len(columns) > 1:
            yield _extended(scan, table, columns, "correlated-columns")
        for term in found:
            if not term.is_column and self._indexable(term):
                yield _extended(scan, table, [f"({term.expression})"], "expression-unknown")

    def parameter_types(self, node: PlanNode) -> Iterator[Fix]:
        for term in () if self._is_nested else self._terms(node):
            wanted = self._facts.type_of(self._table(node), term.cast_column)
            if not wanted or term.cast_type == wanted:
                continue
            rewrite = with_parameter_type(self._query, self._step.step, term.cast_type, wanted)
            if rewrite is not None:
                yield Fix(
                    kind=Kind.REWRITE,
                    shown=rewrite.shown,
                    rewrite=rewrite,
                    note=f"the parameter gets the column's type, {wanted}",
                )

    def column_types(self, node: PlanNode) -> Iterator[Fix]:
        """Yield a change of the other side's column to the type of the one that is cast."""
        for term in self._terms(node):
            wanted = self._facts.type_of(self._table(node), term.cast_column)
            column = column_of(term.other)
            if not wanted or column is None or (other := self._scan_of(column.alias)) is None:
                continue
            table, name = self._whole(other), column.name
            change = f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {wanted} USING {name}::{wanted}"
            yield Fix(
                kind=Kind.DEFINITION,
                shown=change,
                statements=(change, f"ANALYZE {table}"),
                note="it rewrites the table and locks it meanwhile",
                guard=f"SELECT FROM {table} WHERE {name}::{wanted}::text <> {name}::text LIMIT 1",
            )

    def functions(self, node: PlanNode) -> Iterator[Fix]:
        called = {
            name for condition in node.conditions for name in functions_in(condition.expression)
        }
        for fact in self._facts.functions:
            if fact.name not in called or fact.volatility != "volatile":
                continue
            change = f"ALTER FUNCTION {fact.identity} STABLE"
            yield Fix(
                kind=Kind.DEFINITION,
                shown=change,
                statements=(change,),
                provided="it changes nothing, and answers the same for the same arguments within"
                " a statement",
            )
            if self._is_nested:
                continue
            rewrite = with_scalar_subquery(self._query, self._step.step, fact.name)
            if rewrite is not None:
                yield Fix(kind=Kind.REWRITE, shown=rewrite.shown, rewrite=rewrite)

    def _table(self, node: PlanNode) -> str:
        return self._facts.table(node.schema, node.relation)

    def _whole(self, node: PlanNode) -> str:
        """Return the table, or the one whose partition it is."""
        partitioned = self._facts.partitioned(node.schema, node.relation)
        return partitioned.identity if partitioned else self._table(node)

    def _scan_of(self, alias: str) -> PlanNode | None:
        scans = (node for node in self._nodes.values() if node.relation and node.alias == alias)
        return next(scans, None)

    def _index(self, node: PlanNode, keys: Sequence[str], *, method: str = "") -> Fix:
        table, using = self._whole(node), f" USING {method}" if method else ""
        on = f"ON {table}{using} ({', '.join(keys)})"
        is_partitioned = table != self._table(node)
        statements = [f"CREATE INDEX {on}"]
        if any(key.startswith("(") for key in keys):
            # the planner knows nothing of an expression before its values are sampled
            statements.append(f"ANALYZE {table}")
        return Fix(
            kind=Kind.INDEX,
            shown=f"CREATE INDEX {'' if is_partitioned else 'CONCURRENTLY '}{on}",
            statements=tuple(statements),
            note=_PARTITIONED if is_partitioned else "",
        )


def _keys(found: Iterator[Term]) -> list[str]:
    """Return the index keys of terms, each once, columns first."""
    ordered = sorted(found, key=lambda term: not term.is_column)
    return list(
        dict.fromkeys(
            term.expression if term.is_column else f"({term.expression})" for term in ordered
        )
    )


def _extended(scan: PlanNode, table: str, expressions: Sequence[str], code: str) -> Fix:
    # PostgreSQL 15 wants a name, and an expression may hold what is nobody's business
    columns = [each for each in expressions if not each.startswith("(")] or ["expression"]
    words = re.findall(r"\w+", " ".join([scan.relation, *columns]).lower())
    name = f"stats_{'_'.join(words)}"[:_LONGEST_NAME]
    on = f"{name} ON {', '.join(expressions)} FROM {table}"
    return Fix(
        kind=Kind.STATISTICS,
        code=code,
        shown=f"CREATE STATISTICS {on}; ANALYZE {table}",
        statements=(f"CREATE STATISTICS {on}", f"ANALYZE {table}"),
    )


def _megabytes(node: PlanNode) -> tuple[int, ...]:
    raw = node.raw
    disk_kb = max(raw.get("Sort Space Used", 0), raw.get("Disk Usage", 0))
    hash_kb = raw.get("Peak Memory Usage", 0) * raw.get("Hash Batches", 1)
    needed = max(disk_kb * _MEMORY_PER_DISK, hash_kb * 2) // _KB_PER_MB + 1
    first = max(_LEAST_WORK_MEM_MB, 1 << (needed - 1).bit_length())
    if first > _MOST_WORK_MEM_MB:
        return ()
    return (first, min(first * 4, _MOST_WORK_MEM_MB))


def _sort_key(key: str, alias: str) -> str:
    """Return a sort key as an index key, empty where it is no column of the relation."""
    column = column_of(key)
    if column is None or column.alias != alias:
        return ""
    return f"{column.name} {column.order}".strip()


def _scan_below(node: PlanNode) -> PlanNode | None:
    return next((each for _, each in nodes(node) if each.relation), None)


# what is tried for a finding, in this order
_TRIES: Mapping[str, Sequence[Callable[[_Finder, PlanNode], Iterator[Fix]]]] = {
    "seq-scan": (_Finder.indexes,),
    "join-scan": (_Finder.indexes,),
    "filtered-late": (_Finder.indexes,),
    "many-loops": (_Finder.indexes_for_filter,),
    "cast-on-column": (_Finder.parameter_types, _Finder.column_types, _Finder.indexes),
    "function-per-row": (_Finder.functions, _Finder.indexes),
    "spilled-to-disk": (_Finder.sort_indexes, _Finder.work_mem),
    "lossy-bitmap": (_Finder.work_mem,),
    "estimate-off": (_Finder.statistics,),
    "deep-offset": (_Finder.keyset,),
    "heap-fetches": (_Finder.vacuum,),
}
