"""Which indexes can go together: two that each stand in for the other cannot."""

from collections.abc import Mapping, Sequence

from reports.index_catalogue import ForeignKey, IndexEntry, serves
from reports.index_use import WORSE, Matrix, Reading


def spare_indexes(
    matrix: Matrix,
    indexes: Sequence[IndexEntry],
    foreign_keys: Sequence[ForeignKey],
    redundant_to: Mapping[int, IndexEntry],
    readings: Sequence[Reading],
) -> frozenset[int]:
    """Return the oids of indexes that nothing misses, even when all of them are dropped at once.

    Args:
        matrix: with the cells of every single index.
        indexes: all of them.
        foreign_keys: what they have to serve.
        redundant_to: by oid of a redundant index, the one that stands in for it.
        readings: what was executed.
    """
    missed = {cell.index for cell in matrix.cells if cell.outcome in WORSE}
    candidates = [
        index
        for index in indexes
        if index.is_valid
        and index.name not in missed
        and (index.oid in redundant_to or _is_for_speed(index))
    ]
    # of an index and the one that stands in for it, the first is the one to go
    candidates.sort(key=lambda index: (index.oid not in redundant_to, -index.size_bytes))
    gone = list[IndexEntry]()
    together = _serving(candidates, indexes, foreign_keys)
    if together == candidates and not matrix.is_missed([], candidates, readings):
        return frozenset(index.oid for index in candidates)
    for index in candidates:
        alone = _serving([*gone, index], indexes, foreign_keys) == [*gone, index]
        if alone and not matrix.is_missed(gone, [index], readings):
            gone.append(index)
    return frozenset(index.oid for index in gone)


def _is_for_speed(index: IndexEntry) -> bool:
    """Return whether an index forbids no row and identifies none."""
    return not (index.is_unique or index.kind.is_constraint or index.is_identity)


def _serving(
    dropped: Sequence[IndexEntry],
    indexes: Sequence[IndexEntry],
    foreign_keys: Sequence[ForeignKey],
) -> list[IndexEntry]:
    """Return those of the dropped whose foreign keys others, which stay, serve as well."""
    oids = {index.oid for index in dropped}
    stay = [index for index in indexes if index.oid not in oids]
    return [
        index
        for index in dropped
        if all(
            any(serves(other, foreign_key) for other in stay)
            for foreign_key in foreign_keys
            if serves(index, foreign_key)
        )
    ]
