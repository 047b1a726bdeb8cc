"""Who misses which index, as lines for a terminal."""

from collections.abc import Iterator

from b2bench.figures.notation import significant
from reports.ablation_page import ablation_sentence, cost_figures
from reports.index_catalogue import Kind
from reports.index_evidence import Ablation, IndexEvidence
from reports.index_use import WORSE, Cell, Outcome

_NAMED_MOST = 3


def ablation_lines(ablation: Ablation) -> list[str]:
    """Return a table of the indexes, what was done, and the findings."""
    heads = ("index", "kind", "size", "WAL/row", "time/row", "missed by")
    rows = [heads, *(_cells(ablation, index) for index in ablation.indexes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads) - 1)]
    return [
        *(_line(row, widths) for row in rows),
        "",
        ablation_sentence(ablation),
        *(finding.line for finding in ablation.findings),
    ]


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, kind, *figures = (
        cell.ljust(width) if column < 2 else cell.rjust(width)  # noqa: PLR2004 (name and kind)
        for column, (cell, width) in enumerate(zip(row, widths, strict=False))
    )
    return "  ".join((name, kind, *figures, row[-1])).rstrip()


def _cells(ablation: Ablation, index: IndexEvidence) -> tuple[str, ...]:
    cells = [cell for cell in ablation.cells if cell.index == index.name]
    kind = "" if index.kind is Kind.INDEX else index.kind.value
    return (index.name, kind, *cost_figures(index), ", ".join(_missed_by(index, cells)))


def _missed_by(index: IndexEvidence, cells: list[Cell]) -> Iterator[str]:
    worst = dict[str, Cell]()
    for cell in sorted(cells, key=lambda cell: (cell.outcome is Outcome.FAILED, cell.factor)):
        if cell.outcome in WORSE:
            worst[cell.query] = cell
    ranked = sorted(worst.values(), key=lambda cell: -cell.factor)
    yield from map(_word, ranked[:_NAMED_MOST])
    if len(ranked) > _NAMED_MOST:
        yield f"{len(ranked) - _NAMED_MOST} more"
    if index.alone_for:
        yield f"foreign key {', '.join(index.alone_for)}"


def _word(cell: Cell) -> str:
    if cell.outcome is Outcome.FAILED:
        return f"{cell.query} fails"
    least = "at least " if cell.outcome is Outcome.STOPPED else ""
    return f"{cell.query} {least}×{significant(cell.factor)}"
