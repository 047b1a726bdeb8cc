"""Tables: dead rows that autovacuum has left, and pages that hold less than they could."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import counted, number, share, significant, size
from b2bench.findings import Finding
from reports.health.checks import Check, beyond, check, listed, unseen
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRows:
    """Dead rows of a table as statistics count them, and the count at which autovacuum comes."""

    name: str
    dead: int
    live: int
    is_vacuumed: bool
    comes_at: float


def dead_rows(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at dead rows of every table."""
    yield judge_dead_rows(sight.rows("dead_rows", DeadRows), thresholds)


def judge_dead_rows(tables: Sequence[DeadRows], thresholds: Thresholds) -> Check:
    """Judge each table by how far it is beyond the threshold at which autovacuum comes."""
    dead, live = (sum(getattr(each, kind) for each in tables) for kind in ("dead", "live"))
    beside = f"{number(dead)} beside {counted(live, 'live row')}"
    figure = f"{beside} counted in {counted(len(tables), 'table')}"
    return check("dead rows", figure, (_dead(each, thresholds) for each in tables))


def _dead(seen: DeadRows, thresholds: Thresholds) -> Finding | None:
    if seen.dead < thresholds.dead_rows_least:
        return None
    times = seen.dead / max(seen.comes_at, 1)
    off = "" if seen.is_vacuumed else ", and it is switched off here"
    mend = "look for what holds VACUUM back (old transactions, slots) and at its cost limits"
    return beyond(
        thresholds.dead_rows_of_threshold,
        times,
        code="dead-rows",
        subject=f"table {seen.name}",
        message=f"{number(seen.dead)} dead rows beside {counted(seen.live, 'live one')}, "
        f"{significant(times)} times what autovacuum comes at{off}",
        mend=f"VACUUM {seen.name}; {mend if seen.is_vacuumed else 'switch autovacuum on'}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A table or an index: bytes as VACUUM saw them last, and what its rows would fill.

    Args:
        expected_bytes: `None` where statistics do not say.
        is_readable: whether the role is shown the statistics of its columns.
        is_empty: whether there is nothing to estimate.
    """

    name: str
    bytes: int
    expected_bytes: int | None
    is_readable: bool
    is_empty: bool

    @property
    def spare_bytes(self) -> int:
        """What it has beyond what its rows would fill, as an estimate."""
        return max(
            self.bytes - (self.bytes if self.expected_bytes is None else self.expected_bytes), 0
        )


def table_bloat(sight: Sight, thresholds: Thresholds) -> Iterable[Check]:
    """Estimate how empty tables are."""
    mend = "VACUUM FULL {} locks it meanwhile; pg_repack or pg_squeeze do not"
    return _bloat(sight, "bloat_tables", ("table", "bloat of tables", mend), thresholds)


def index_bloat(sight: Sight, thresholds: Thresholds) -> Iterable[Check]:
    """Estimate how empty B-trees are."""
    mend = "REINDEX INDEX CONCURRENTLY {}"
    return _bloat(sight, "bloat_indexes", ("index", "bloat of indexes", mend), thresholds)


def _bloat(
    sight: Sight, statement: str, words: tuple[str, str, str], thresholds: Thresholds
) -> Iterator[Check]:
    noun, name, mend = words
    found = [each for each in sight.rows(statement, Filled) if not each.is_empty]
    seen = [each for each in found if each.is_readable]
    hidden = len(found) - len(seen)
    if seen or not hidden:
        yield judge_bloat(seen, thresholds, noun=noun, name=name, mend=mend)
    if hidden:
        grant = sight.grant("pg_read_all_data")
        why = f"the statistics of {number(hidden)} are not shown to this role"
        yield unseen(name, f"{why}: {grant}, which lets it read everything")


def judge_bloat(
    found: Sequence[Filled], thresholds: Thresholds, *, noun: str, name: str, mend: str
) -> Check:
    """Judge tables or indexes by the share of them that their rows would not fill.

    Args:
        found: those that hold something.
        thresholds: what is too much.
        noun: what one is called.
        name: of the check.
        mend: with {} for the name of one.
    """
    estimated = [each for each in found if each.expected_bytes is not None]
    others = [each.name for each in found if each.expected_bytes is None]
    total = sum(each.bytes for each in estimated)
    spare = sum(each.spare_bytes for each in estimated)
    figure = f"{size(spare)} of {size(total)} in {len(estimated)}, an estimate"
    if others:
        figure += f"; without statistics: {listed(others)}"
    return check(name, figure, (_bloated(each, noun, mend, thresholds) for each in estimated))


def _bloated(seen: Filled, noun: str, mend: str, thresholds: Thresholds) -> Finding | None:
    if seen.spare_bytes < thresholds.bloat_bytes_least or not seen.bytes:
        return None
    empty = seen.spare_bytes / seen.bytes
    return beyond(
        thresholds.bloat_share,
        empty,
        code=f"{noun}-bloat",
        subject=f"{noun} {seen.name}",
        message=f"about {share(empty)} of {size(seen.bytes)} hold nothing, by an estimate from "
        "statistics",
        mend=mend.format(seen.name),
    )
