"""What an ablation proves of an index: unused, redundant, invalid, or missing."""

from collections.abc import Iterator, Sequence

from b2bench.figures.notation import counted, number, significant, size
from b2bench.findings import Finding, Severity
from reports.index_catalogue import ForeignKey, IndexEntry
from reports.index_cost import WriteCost
from reports.index_evidence import Ablation, IndexEvidence
from reports.index_use import WORSE, Cell, Unread

# an index of a smaller table costs next to nothing
_SMALL_TABLE_ROWS = 1_000
_NAMED_MOST = 4


def judge(
    ablation: Ablation, indexes: Sequence[IndexEntry], missing: Sequence[ForeignKey]
) -> Iterator[Finding]:
    """Yield the findings: on indexes by table, then what is missing, then what was not measured."""
    entries = {index.name: index for index in indexes}
    for evidence in ablation.indexes:
        cells = [cell for cell in ablation.cells if cell.index == evidence.name]
        entry = entries[evidence.name]
        if not evidence.is_valid:
            yield _invalid(evidence, entry)
        elif evidence.redundant_to:
            yield _redundant(evidence, entry, cells)
        elif evidence.is_spare and ablation.cases:
            yield _unused(evidence, entry, cells, ablation)
    yield from map(_missing, missing)
    yield from map(_unread, ablation.unread)


def _severity(rows: int) -> Severity:
    return Severity.NOTE if rows < _SMALL_TABLE_ROWS else Severity.WARNING


def _removal(entry: IndexEntry) -> str:
    concurrently = "" if entry.is_partitioned else "CONCURRENTLY "
    return f"`DROP INDEX {concurrently}{entry.name}`"


def saving(cost: WriteCost, size_bytes: int) -> str:
    """Return what is saved without an index.

    >>> saving(WriteCost(rows=400, wal_bytes=83.4, us=1.25, noise_us=0.1), 12 * 1024**2)
    'each inserted row costs 83 B of WAL and 1.25 µs less, 12.0 MiB are freed'
    """
    freed = f"{size(size_bytes)} are freed"
    if cost.wal_bytes is None or cost.us is None:
        return f"{freed}, what writing to it costs is unknown ({cost.unknown})"
    wal = below_noise(cost.wal_bytes, cost.wal_noise_bytes, "B of WAL", whole=True)
    time = below_noise(cost.us, cost.noise_us, "µs")
    return f"each inserted row costs {wal} and {time} less, {freed}"


def below_noise(value: float, noise: float, unit: str, *, whole: bool = False) -> str:
    """Return a figure, or only a bound where its rounds differ by as much.

    >>> below_noise(83.4, 2.0, "B", whole=True), below_noise(1.0, 2.5, "µs")
    ('83 B', '< 2.50 µs')
    """

    def written(figure: float) -> str:
        return f"{figure:,.0f}" if whole else significant(figure)

    if value <= noise:
        return f"< {written(max(noise, -value))} {unit}"
    return f"{written(value)} {unit}"


def _invalid(evidence: IndexEvidence, entry: IndexEntry) -> Finding:
    kept = (
        f"yet every write maintains it; without it {saving(evidence.cost, evidence.size_bytes)}"
        if entry.is_ready
        else "and no write reaches it: building it failed"
    )
    return Finding(
        code="invalid-index",
        severity=Severity.WARNING,
        subject=evidence.name,
        message=f"is invalid: no query can use it, {kept}",
        mend="remove what made building it fail, duplicates if it is unique, then "
        f"`REINDEX INDEX CONCURRENTLY {evidence.name}`, or {_removal(entry)}",
    )


def _unused(
    evidence: IndexEvidence, entry: IndexEntry, cells: Sequence[Cell], ablation: Ablation
) -> Finding:
    asked = (
        f"{counted(len(ablation.queries), 'query class')}, "
        f"{counted(ablation.cases, 'case')} of arguments"
    )
    scanning = sorted({cell.query for cell in cells if cell.scans})
    scanned = f"{named(scanning)} scan it, but " if scanning else ""
    others = sum(each.is_spare for each in ablation.indexes) - 1
    rest = f"{number(others)} others like it are" if others > 1 else "other one like it is"
    together = f", nor when the {rest} gone, too" if others else ""
    return Finding(
        code="unused-index",
        severity=_severity(evidence.table_rows),
        subject=evidence.name,
        message=f"is not needed by these query classes: {scanned}none does more work without it "
        f"({asked}){together}; {saving(evidence.cost, evidence.size_bytes)}",
        mend=f"make sure that nothing else needs it, then {_removal(entry)}",
    )


def _redundant(evidence: IndexEvidence, entry: IndexEntry, cells: Sequence[Cell]) -> Finding:
    worse = [cell for cell in cells if cell.outcome in WORSE]
    users = sorted({cell.query for cell in cells if cell.scans})
    if worse:
        what = f"{named(sorted({cell.query for cell in worse}))} do more work with that one alone"
    elif users:
        what = f"{named(users)} fall back to it"
    else:
        what = "no query class scans it"
    blocks = f": {_blocks(cells)}" if cells else ""
    return Finding(
        code="redundant-index",
        severity=_severity(evidence.table_rows) if evidence.is_spare else Severity.NOTE,
        subject=evidence.name,
        message=f"answers nothing that `{evidence.redundant_to}` does not answer as well: "
        f"{what}{blocks}; without it {saving(evidence.cost, evidence.size_bytes)}",
        mend=_removal(entry),
    )


def _blocks(cells: Sequence[Cell]) -> str:
    """Return the blocks with and without an index, of those who miss it most."""
    ranked = sorted(cells, key=lambda cell: -cell.factor)
    said = [
        f"{cell.query} ({cell.case}) {number(cell.before.blocks)} → {number(cell.after.blocks)}"
        for cell in ranked[:_NAMED_MOST]
    ]
    more = len(ranked) - len(said)
    return f"blocks {', '.join(said)}" + (f" and {more} more" if more > 0 else "")


def named(names: Sequence[str]) -> str:
    """Return some of the names and how many more there are.

    >>> named(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    more = len(names) - _NAMED_MOST
    shown = ", ".join(names[:_NAMED_MOST])
    return f"{shown} and {more} more" if more > 0 else shown


def _missing(foreign_key: ForeignKey) -> Finding:
    return Finding(
        code="missing-fk-index",
        severity=_severity(foreign_key.rows_estimated),
        subject=foreign_key.shown,
        message="has no index that begins with its columns: whoever deletes a row of "
        f"{foreign_key.parent} or changes its key reads all of {foreign_key.table_name}, "
        f"about {counted(foreign_key.rows_estimated, 'row')}",
        mend=f"`{foreign_key.index_creation}`",
    )


def _unread(unread: Unread) -> Finding:
    return Finding(
        code="cannot-ablate",
        severity=Severity.WARNING,
        subject=unread.query,
        message=f"cannot be executed with all indexes, so nobody knows which it needs: "
        f"{unread.said}",
        mend="correct the file, its arguments, or the privileges of its role",
    )
