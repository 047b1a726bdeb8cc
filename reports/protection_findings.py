"""What policies cost that they need not: a condition that no index looks up any more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.arguments import Case
from b2bench.figures.notation import number
from b2bench.findings import Finding, Severity
from reports.protection_evidence import Added, CaseCost
from reports.protection_plans import Leak, Loss
from reports.redaction import redact_text

# more work than this, in both, is more
_MORE_FACTOR = 1.1
_MORE_BLOCKS = 5
_OR_A_FUNCTION = (
    "look it up in a function that its owner runs (SECURITY DEFINER) and that tests for itself "
    "whose row it is, or keep policies off the table where its rows are public"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLoss:
    """A class that lost an index condition to policies.

    Args:
        policies: of the table, that hold for the class's role.
    """

    query: str
    case: Case
    loss: Loss
    policies: tuple[str, ...]


def judge(costs: Sequence[CaseCost], lost: Sequence[IndexLoss]) -> Iterator[Finding]:
    """Yield a finding for each index that a class lost to a policy, then for other plans."""
    grouped = dict[tuple[str, str, str], list[IndexLoss]]()
    for each in lost:
        grouped.setdefault((each.query, each.loss.index, each.loss.leak.shown), []).append(each)
    for group in grouped.values():
        yield _lost(group, costs)
    explained = {(each.query, each.loss.index) for each in lost}
    for query in dict.fromkeys(cost.query for cost in costs):
        found = [cost for cost in costs if cost.query == query and cost.policies]
        yield from _other_index(found, {index for name, index in explained if name == query})


def _lost(group: Sequence[IndexLoss], costs: Sequence[CaseCost]) -> Finding:
    first = group[0]
    loss, cases = first.loss, {each.case for each in group}
    gone = "is not used" if loss.is_gone else "is looked up with less"
    work = ", ".join(
        f"{cost.case} {_blocks(cost.policies)}"
        for cost in costs
        if cost.query == first.query and cost.case in cases and cost.policies
    )
    policies = ", ".join(first.policies)
    return Finding(
        code="policy-costs-index",
        severity=Severity.WARNING,
        subject=first.query,
        message=f"`{loss.index}` {gone} under policy `{policies}` on `{loss.table}`: "
        f"`{redact_text(loss.condition)}` is a filter, for {loss.leak.shown} is not leakproof and "
        f"may see no row that the policy has not passed; blocks without and with it: {work}",
        mend=_mend(loss.leak),
    )


def _mend(leak: Leak) -> str:
    if leak.is_enum:
        return (
            "compare text under a CHECK, whose operators are leakproof, and not an enum; or "
            f"{_OR_A_FUNCTION}"
        )
    return _OR_A_FUNCTION


def _other_index(costs: Sequence[CaseCost], explained: set[str]) -> Iterator[Finding]:
    """Yield a finding where policies make the planner leave an index for another reason."""
    for cost in costs:
        added = cost.policies
        if added is None:
            continue
        left = set(added.indexes_without) - set(added.indexes_guarded) - explained
        if not left or not _is_more(added):
            continue
        names = ", ".join(sorted(left))
        yield Finding(
            code="policy-costs-index",
            severity=Severity.WARNING,
            subject=cost.query,
            message=f"`{names}` is not used under the policies that it meets "
            f"({', '.join(cost.met)}), though every operator is leakproof: blocks without and "
            f"with them: {cost.case} {_blocks(added)}",
            mend="give the index the policies' columns as well, ahead of its own",
        )
        return


def _is_more(added: Added) -> bool:
    before, after = added.without.blocks, added.guarded.blocks
    return after > before * _MORE_FACTOR and after - before > _MORE_BLOCKS


def _blocks(added: Added | None) -> str:
    return (
        f"{number(added.without.blocks)} → {number(added.guarded.blocks)}" if added else "unknown"
    )
