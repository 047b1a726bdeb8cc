"""What made a statement work differently: suspected by its name, or proven by an experiment."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from b2bench.catalogue import Catalogue, CatalogueObject, Difference
from b2bench.findings import Finding, Severity
from reports.redaction import redact_sql
from reports.reverting_groups import table_of
from reports.reverting_steps import parent_of_index, statement_of_index, table_of_index

_WORD = re.compile(r'"(?:[^"]|"")*"|[\w$]+')
_CODE = frozenset(("function", "view", "trigger", "policy"))
_LAST_NAME = re.compile(r'^(?:.*\.)?("(?:[^"]|"")*"|[^".]+)$')
_SUSPECTED = 3
_UNKNOWN_MEND = "look for changed data, statistics (ANALYZE) or a changed query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a statement works differently.

    Args:
        kind: of a catalogue's object, or `query`, `dead rows`, `pending list` and the like.
        identity: of the object, e.g. `products_search`.
        shown: in words, e.g. `index products_search is missing`.
        mend: what undoes it.
        proven: whether undoing it on a copy restored the work; else it is the likeliest by name.
    """

    kind: str
    identity: str
    shown: str
    mend: str
    proven: bool = False


class _Plausibility(IntEnum):
    """How well a difference explains a change of work, best first."""

    INDEX_OF_PLAN = 0
    INDEX_OF_RELATION = 1
    OBJECT_OF_STATEMENT = 2
    SETTING = 3
    ELSEWHERE = 4


def suspects(
    statement: str,
    plan_shape: Iterable[str],
    differences: Sequence[Difference],
    catalogue: Catalogue,
) -> tuple[tuple[Difference, ...], ...]:
    """Return the differences that have to do with a statement, the likeliest group first.

    A difference has to do with a statement when it is named in the statement, in its plan, or in
    the definition of a function, view, trigger or policy that it leads to.

    Args:
        statement: its SQL.
        plan_shape: of the baseline.
        differences: between the two catalogues.
        catalogue: of the baseline.
    """
    shape = "\n".join(plan_shape)
    reached = _reached(_words(shape) | _words(statement), catalogue.objects)
    ranked = [(_plausibility(each, shape, reached), each) for each in differences]
    groups = (
        tuple(difference for rank, difference in ranked if rank is wanted)
        for wanted in _Plausibility
        if wanted is not _Plausibility.ELSEWHERE
    )
    return tuple(filter(None, groups))


def likely_causes(groups: Sequence[Sequence[Difference]]) -> tuple[Cause, ...]:
    """Return the likeliest group of suspects as causes that nobody has proven."""
    return tuple(map(cause_of, groups[0][:_SUSPECTED])) if groups else ()


def without_partitions(differences: Iterable[Difference]) -> list[Difference]:
    """Return differences without those of indexes that come and go with a parent's."""
    return [
        each
        for each in differences
        if each.kind != "index"
        or not parent_of_index(each.baseline_definition or each.candidate_definition)
    ]


def cause_of(difference: Difference, *, proven: bool = False) -> Cause:
    """Return a difference as a cause, with what undoes it; constants are hidden."""
    return Cause(
        kind=difference.kind,
        identity=difference.identity,
        shown=difference.shown,
        mend=mend(difference),
        proven=proven,
    )


def _plausibility(difference: Difference, shape: str, reached: set[str]) -> _Plausibility:
    if difference.kind == "setting":
        return _Plausibility.SETTING
    if difference.kind == "index":
        if _is_named(bare(difference.identity), shape):
            return _Plausibility.INDEX_OF_PLAN
        relation = _indexed_relation(difference)
        if relation in reached or _is_named(relation, shape):
            return _Plausibility.INDEX_OF_RELATION
        return _Plausibility.ELSEWHERE
    # statistics and rules are never named in a statement, but their table is
    subjects = {_subject(difference.kind, difference.identity), bare(table_of(difference))}
    if subjects & reached or any(_is_named(each, shape) for each in subjects):
        return _Plausibility.OBJECT_OF_STATEMENT
    return _Plausibility.ELSEWHERE


def _words(text: str) -> set[str]:
    return {word.strip('"') for word in _WORD.findall(text)}


def _is_named(name: str, shape: str) -> bool:
    """Return whether a plan, which quotes no name, has this one, be it of several words."""
    return bool(name and re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", shape))


def _reached(words: set[str], objects: Iterable[CatalogueObject]) -> set[str]:
    """Return the words, and those of every piece of code that they lead to."""
    code = [item for item in objects if item.kind in _CODE]
    while True:
        led_to = [item for item in code if _subject(item.kind, item.identity) in words]
        if not led_to:
            return words
        code = [item for item in code if item not in led_to]
        words = words.union(*(_words(item.definition) for item in led_to))


def _subject(kind: str, identity: str) -> str:
    """Return the name that a statement would mention if this object played a part in it.

    >>> _subject("trigger", "audit on public.orders"), _subject("column", "shop.orders.id")
    ('orders', 'orders')
    >>> _subject("function", "shop.price_cart(bigint,numeric)")
    'price_cart'
    """
    if kind in {"constraint", "trigger", "policy"}:
        return bare(identity.rpartition(" on ")[2])
    if kind == "column":
        return bare(identity.rpartition(".")[0])
    return bare(identity.partition("(")[0])


def bare(identity: str) -> str:
    """Return a name without its schema and quotes.

    >>> bare('shop."Odd. Orders"'), bare("orders")
    ('Odd. Orders', 'orders')
    """
    return _LAST_NAME.sub(r"\1", identity).strip('"').replace('""', '"')


def _indexed_relation(difference: Difference) -> str:
    definition = difference.baseline_definition or difference.candidate_definition
    return bare(table_of_index(definition)) if definition else ""


def because(finding: Finding, causes: Sequence[Cause]) -> Finding:
    """Return a regression with its cause and what undoes it; a note is left as it is."""
    if finding.severity is Severity.NOTE:
        return finding
    remedy = causes[0].mend if causes else finding.mend or _UNKNOWN_MEND
    message = f"{finding.message}; cause: {shown(causes)}"
    return replace(finding, message=message, mend=remedy)


def shown(causes: Sequence[Cause]) -> str:
    """Return causes in words; `unknown` when there is none."""
    words = ", ".join(cause.shown for cause in causes)
    if not words:
        return "unknown"
    return words if all(cause.proven for cause in causes) else f"probably {words}"


def mend(difference: Difference) -> str:
    """Return what undoes a difference, with its constants hidden."""
    if difference.kind == "setting":
        return f"set {difference.identity} = {difference.baseline_definition} again"
    if difference.kind == "index" and difference.change == "missing":
        return f"create it again: {redact_sql(statement_of_index(difference.baseline_definition))}"
    done = {"missing": "restore", "added": "drop", "changed": "change back"}[difference.change]
    return f"{done} {difference.kind} {difference.identity}, or record a new baseline"
