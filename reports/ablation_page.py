"""The part of the EXPLAIN report that shows who misses which index."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from b2bench.figures.heatmap import Field, Group, Mark, Row, State, heatmap
from b2bench.figures.notation import counted, milliseconds, number, significant, size, span
from b2bench.figures.page import Section, Tone, environment
from b2bench.findings import Severity
from reports.ablation_findings import below_noise
from reports.index_catalogue import Kind
from reports.index_evidence import Ablation, IndexEvidence
from reports.index_use import WORSE, Cell, Outcome

_KINDS = {
    Kind.PRIMARY_KEY: "PK",
    Kind.UNIQUE_CONSTRAINT: "UQ",
    Kind.EXCLUSION: "EX",
    Kind.UNIQUE_INDEX: "unique",
}
_STATES: dict[Outcome, State] = {
    Outcome.SAME: "same",
    Outcome.MORE: "more",
    Outcome.LESS: "less",
    Outcome.STOPPED: "at least",
    Outcome.FAILED: "broken",
}
# the worst first
_RANKS = (Outcome.FAILED, Outcome.STOPPED, Outcome.MORE, Outcome.LESS, Outcome.SAME)
_FOUND = {"unused-index": "unused", "redundant-index": "redundant", "invalid-index": "invalid"}


def ablation_section(ablation: Ablation) -> Section:
    """Return the section; its page needs `b2bench.figures.heatmap.heatmap_style()` as well."""
    body = (
        environment("reports")
        .get_template("ablation.html")
        .render(
            findings=ablation.findings,
            said=ablation_sentence(ablation),
            map=heatmap(
                [_row(ablation, index) for index in ablation.indexes],
                ablation.queries,
                corner="index",
                label="Indexes, and what query classes do without them",
                figures=("size", "WAL/row", "time/row"),
                groups=list(_groups(ablation)),
            ),
        )
    )
    return Section(title="Indexes", anchor="indexes", body=Markup(body))  # noqa: S704 (escaped)


def ablation_sentence(ablation: Ablation) -> str:
    """Return in a sentence what was done and what came of it."""
    needed = {cell.index for cell in ablation.cells if cell.outcome in WORSE}
    rules = {index.name for index in ablation.indexes if index.kind is not Kind.INDEX}
    return (
        f"{counted(len(ablation.queries), 'query class')} with "
        f"{counted(ablation.cases, 'case')} of arguments, without each of "
        f"{number(len(ablation.indexes))} indexes ({counted(ablation.executions, 'execution')}, "
        f"{span(ablation.seconds)}): {number(len(needed))} indexes spare some class work or let it "
        f"run at all, {number(len(rules))} forbid rows."
    )


def _groups(ablation: Ablation) -> Iterator[Group]:
    for table, rows in {index.table: index.table_rows for index in ablation.indexes}.items():
        yield Group(name=table, said=counted(rows, "row"))


def _row(ablation: Ablation, index: IndexEvidence) -> Row:
    cells = [cell for cell in ablation.cells if cell.index == index.name]
    by_query = {cell.query: [c for c in cells if c.query == cell.query] for cell in cells}
    return Row(
        name=index.name,
        title=_about(index),
        group=index.table,
        marks=tuple(_marks(ablation, index)),
        figures=cost_figures(index),
        cells=tuple(_field(query, by_query[query]) for query in sorted(by_query)),
    )


def cost_figures(index: IndexEvidence) -> tuple[str, str, str]:
    """Return size, and write-ahead log and time per inserted row; `–` where they are unknown."""
    cost = index.cost
    if cost.wal_bytes is None or cost.us is None:
        return size(index.size_bytes), "–", "–"
    return (
        size(index.size_bytes),
        below_noise(cost.wal_bytes, cost.wal_noise_bytes, "B", whole=True),
        below_noise(cost.us, cost.noise_us, "µs"),
    )


def _about(index: IndexEvidence) -> str:
    parts = [index.definition]
    if index.constraint:
        parts.append(f"{index.kind} {index.constraint}")
    parts += [
        f"serves foreign key {name} on delete or update of the parent"
        for name in index.foreign_keys
    ]
    parts += [f"foreign key {name} refers to it" for name in index.leaning]
    if index.cost.unknown:
        parts.append(f"cost of writing unknown: {index.cost.unknown}")
    return "\n".join(parts)


def _marks(ablation: Ablation, index: IndexEvidence) -> Iterator[Mark]:
    if short := _KINDS.get(index.kind):
        yield Mark(text=short, title=index.kind.value)
    if index.foreign_keys:
        others = "" if index.alone_for else "; other indexes serve it, too"
        yield Mark(text="FK", title=f"serves foreign key {', '.join(index.foreign_keys)}{others}")
    for finding in ablation.findings:
        if finding.subject == index.name and finding.code in _FOUND:
            tone: Tone = "warn" if finding.severity is Severity.WARNING else "plain"
            yield Mark(text=_FOUND[finding.code], title=finding.message, tone=tone)


def _field(query: str, cells: Sequence[Cell]) -> Field:
    worst = min(cells, key=lambda cell: (_RANKS.index(cell.outcome), -cell.factor))
    return Field(
        column=query,
        state=_STATES[worst.outcome],
        factor=worst.factor,
        title="\n".join([query, *map(cell_words, cells)]),
    )


def cell_words(cell: Cell) -> str:
    """Return what one case of a class does with an index and without it, in a line."""
    if cell.outcome is Outcome.FAILED:
        return f"{cell.case}: fails without it: {cell.said}"
    before, after = cell.before, cell.after
    work = (
        f"{number(before.blocks)} → {number(after.blocks)} blocks, "
        f"{number(before.tuples)} → {number(after.tuples)} rows read, "
        f"{milliseconds(before.ms)} → {milliseconds(after.ms)}"
    )
    if cell.outcome is Outcome.STOPPED:
        return (
            f"{cell.case}: stopped after {milliseconds(after.ms)}, by then at least "
            f"×{significant(cell.factor)}: {work}"
        )
    return f"{cell.case}: ×{significant(cell.factor)}: {work}"
