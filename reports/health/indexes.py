"""Indexes: invalid ones, the same one twice, and those that nobody has used."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from b2bench.figures.notation import age, counted, number, size
from b2bench.findings import Finding, Severity
from reports.health.checks import Check, check, unjudged
from reports.health.server import Database
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index; one of a partitioned table stands for its parts.

    Args:
        bytes: as VACUUM saw it last.
        table_reads: scans of its table, through any index or none.
        is_needed: whether it is there for an exclusion or as replica identity.
        constraint_name: as SQL writes it, empty where it belongs to none.
        form: the same for two that differ in nothing but their names.
    """

    name: str
    table_name: str
    bytes: int
    scans: int
    table_reads: int
    is_valid: bool
    is_partitioned: bool
    is_unique: bool
    is_needed: bool
    constraint_name: str
    is_being_built: bool
    supports_foreign_key: bool
    form: str

    @property
    def removal(self) -> str:
        """The statement that drops it."""
        if self.constraint_name:
            return f"ALTER TABLE {self.table_name} DROP CONSTRAINT {self.constraint_name}"
        return f"DROP INDEX {'' if self.is_partitioned else 'CONCURRENTLY '}{self.name}"

    @property
    def is_spare(self) -> bool:
        """Whether nothing but reading needs it."""
        kept = self.is_unique or self.is_needed or self.constraint_name
        return not kept and not self.supports_foreign_key


def indexes(sight: Sight, thresholds: Thresholds) -> Iterable[Check]:
    """Look at every index of the database."""
    found = sight.rows("indexes", Index)
    here = next(each for each in sight.rows("databases", Database) if each.is_here)
    return judge_indexes(found, here.counted_s, thresholds)


def judge_indexes(
    found: Sequence[Index], counted_s: float, thresholds: Thresholds
) -> Iterator[Check]:
    """Judge indexes.

    Args:
        found: all of them.
        counted_s: how long their use has been counted.
        thresholds: what is long and large enough.
    """
    invalid = [each for each in found if not each.is_valid and not each.is_being_built]
    yield check("invalid indexes", _some(invalid, found), map(_invalid, invalid))
    pairs = list(_pairs(found))
    twice = [spare for _, spare in pairs]
    yield check("duplicate indexes", _some(twice, found), (_duplicate(*pair) for pair in pairs))
    yield judge_unused(found, counted_s, thresholds)


def _some(bad: Sequence[Index], found: Sequence[Index]) -> str:
    taken = f", {size(sum(each.bytes for each in bad))}" if bad else ""
    return f"{len(bad) or 'none'} of {number(len(found))}{taken}"


def _invalid(seen: Index) -> Finding:
    mend = (
        "attach an index of every partition"
        if seen.is_partitioned
        else f"REINDEX INDEX CONCURRENTLY {seen.name}, or {seen.removal}"
    )
    return Finding(
        code="invalid-index",
        severity=Severity.ERROR,
        subject=f"index {seen.name}",
        message="is invalid: no query uses it, and it may cost every write",
        mend=mend,
    )


def _pairs(found: Sequence[Index]) -> Iterator[tuple[Index, Index]]:
    """Yield for each superfluous index the one that stays: a constraint's, else a unique one."""

    def worth(index: Index) -> tuple[str, bool, bool, str]:
        return index.form, not index.constraint_name, not index.is_unique, index.name

    valid = (each for each in found if each.is_valid)
    for _, same in groupby(sorted(valid, key=worth), key=lambda each: each.form):
        kept, *spare = same
        yield from ((kept, each) for each in spare)


def _duplicate(kept: Index, spare: Index) -> Finding:
    return Finding(
        code="duplicate-index",
        severity=Severity.WARNING,
        subject=f"index {spare.name}",
        message=f"is {kept.name} once more, and takes {size(spare.bytes)}",
        mend=spare.removal,
    )


def judge_unused(found: Sequence[Index], counted_s: float, thresholds: Thresholds) -> Check:
    """Judge indexes that only reading needs, where reads have been counted for long enough."""
    least_s = thresholds.unused_index_counted_s_least
    if counted_s < least_s:
        figure = f"too early to tell: use is counted for {age(counted_s)}, not yet {age(least_s)}"
        return unjudged("unused indexes", figure)
    unused = [each for each in found if _is_unused(each, thresholds)]
    figure = f"{_some(unused, found)}, in {age(counted_s)}"
    return check("unused indexes", figure, (_unused(each, counted_s) for each in unused))


def _is_unused(seen: Index, thresholds: Thresholds) -> bool:
    return (
        seen.is_valid
        and seen.is_spare
        and not seen.scans
        and seen.table_reads >= thresholds.unused_index_reads_least
        and seen.bytes >= thresholds.unused_index_bytes_least
    )


def _unused(seen: Index, counted_s: float) -> Finding:
    return Finding(
        code="unused-index",
        severity=Severity.WARNING,
        subject=f"index {seen.name}",
        message=f"was not used in {counted(seen.table_reads, 'read')} of {seen.table_name} within "
        f"{age(counted_s)}, unless it is younger, and takes {size(seen.bytes)}",
        mend=f"make sure that no standby and no rare report needs it, then {seen.removal}",
    )
