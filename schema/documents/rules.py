"""The business rules that the database holds, each with the constraint or trigger that holds it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schema.documents.areas import Area
from schema.documents.catalogue import Check, ForeignKey, Index, Key, Policy, Table, Trigger
from schema.documents.deletion import on_delete
from schema.documents.expressions import closing, readable, split
from schema.documents.markdown import code, codes, link, page, sentence, table, words

_HEAD = """\
# Business rules

What the database holds by itself, whoever writes to it. A rule is said in the words of its
comment; without one, it is its definition made readable. A CHECK holds where its answer is not
known, that is where a column in it is NULL. What a column must not be NULL is in the dictionary
of each [area](README.md).
"""
_FIRES = re.compile(r"TRIGGER (?:\S+|\".+?\") (?P<when>BEFORE|AFTER|INSTEAD OF) (?P<what>.+?) ON ")
_OPERATORS = {"=": "the same", "&&": "overlapping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule in Markdown, and what holds it."""

    said: str
    holder: str


def rules_page(areas: Sequence[Area]) -> str:
    """Return the page of all rules, by area and table."""
    return page(_lines(areas))


def _lines(areas: Sequence[Area]) -> Iterator[str]:
    yield _HEAD
    for area in areas:
        yield from ("", f"## {area.title}: {area.why}", "")
        for each in area.tables:
            found = rules(each)
            yield from (f"### {each.name}", "")
            dictionary = link("its columns", f"{area.name}.md", each.name)
            yield f"{words(each.comment) or 'No comment'}; {dictionary}." if found else "No rules."
            yield ""
            if found:
                yield from table(("rule", "held by"), ((rule.said, rule.holder) for rule in found))
            yield ""


def rules(of: Table) -> list[Rule]:
    """Return a table's rules; those that say the same are one with several holders."""
    by_words = dict[str, list[str]]()
    for rule in _rules(of):
        by_words.setdefault(rule.said, []).append(rule.holder)
    return [
        Rule(said=said, holder="; ".join(dict.fromkeys(holders)))
        for said, holders in by_words.items()
    ]


def _rules(of: Table) -> Iterator[Rule]:
    yield from (rule for key in of.keys for rule in _of_key(of, key))
    yield from (_of_unique_index(of, each) for each in of.indexes if _is_rule(each))
    yield from (_of_check(check) for check in of.checks)
    yield from (_of_foreign_key(key) for key in of.references)
    yield from (_of_trigger(trigger) for trigger in of.triggers)
    yield from (_of_policy(policy) for policy in of.policies)


def _of_key(of: Table, key: Key) -> Iterator[Rule]:
    if any(of.column(name).identity for name in key.columns):
        # a number that the database gives is no business rule, nor is what it makes unique
        return
    kind = "PRIMARY KEY" if key.primary else "UNIQUE"
    nulls = [name for name in key.columns if of.column(name).nullable]
    yield Rule(
        said=_said(key.comment) or _one_row(key.columns, [] if key.null_is_a_value else nulls),
        holder=f"{kind} {code(key.name)}",
    )


def _one_row(columns: Sequence[str], nulls: Sequence[str]) -> str:
    free = f"; any number with NULL in {codes(nulls)}" if nulls else ""
    each = codes(columns) if len(columns) == 1 else f"combination of {codes(columns)}"
    return f"At most one row for each {each}{free}"


def _is_rule(index: Index) -> bool:
    return index.unique and not index.constraint


def _of_unique_index(of: Table, index: Index) -> Rule:
    names = [column.name for column in of.columns if column.nullable]
    nulls = [name for name in index.columns if name in names]
    where = f", of those where {code(readable(index.predicate))}" if index.predicate else ""
    columns = [readable(column) for column in index.columns]
    return Rule(
        said=_said(index.comment) or _one_row(columns, nulls) + where,
        holder=f"UNIQUE INDEX {code(index.name)}",
    )


def _of_check(check: Check) -> Rule:
    kind = "EXCLUDE" if check.exclusion else "CHECK"
    fallback = _excluded(check.definition) if check.exclusion else code(readable(check.definition))
    return Rule(said=_said(check.comment) or fallback, holder=f"{kind} {code(check.name)}")


def _excluded(definition: str) -> str:
    start = definition.index("(")
    end = closing(definition, start)
    parts = [item.rpartition(" WITH ") for item in split(definition[start + 1 : end], ", ")]
    said = [
        f"{_OPERATORS.get(operator, operator)} {code(readable(column))}"
        for column, _, operator in parts
    ]
    _, _, predicate = definition[end + 1 :].partition("WHERE ")
    where = f", of those where {code(readable(predicate))}" if predicate else ""
    return f"No two rows with {', '.join(said)}{where}"


def _of_foreign_key(key: ForeignKey) -> Rule:
    names = "names" if len(key.columns) == 1 else "name"
    fallback = (
        f"{codes(key.columns)} {names} a row of {code(key.parent)}; deleting it {on_delete(key)}"
    )
    return Rule(said=_said(key.comment) or fallback, holder=f"FOREIGN KEY {code(key.name)}")


def _of_trigger(trigger: Trigger) -> Rule:
    match = _FIRES.search(trigger.definition)
    fires = f", {match['when'].lower()} {match['what'].lower()}" if match else ""
    return Rule(
        said=_said(trigger.comment) or sentence(trigger.function.replace("_", " ")),
        holder=f"trigger {code(trigger.name)}{fires}: {code(trigger.function + '()')}",
    )


def _of_policy(policy: Policy) -> Rule:
    parts = []
    if policy.visible:
        parts.append(f"sees and changes rows where {code(readable(policy.visible))}")
    if policy.allowed and policy.allowed != policy.visible:
        parts.append(f"writes rows where {code(readable(policy.allowed))}")
    commands = "" if policy.command == "ALL" else f" for {policy.command}"
    kind = "policy" if policy.permissive else "restrictive policy"
    return Rule(
        said=_said(policy.comment) or sentence(" and ".join(parts) or "sees no row"),
        holder=f"{kind} {code(policy.name)}{commands}, role {words(policy.roles)}",
    )


def _said(comment: str) -> str:
    return words(comment)
