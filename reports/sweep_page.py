"""The sweep over many arguments as a part of the EXPLAIN report."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from b2bench.figures.notation import counted, milliseconds, number, significant
from b2bench.figures.page import Section, environment
from b2bench.figures.strips import Dot, Strip, StripKey, strips
from reports.sweep import Beside, ClassSweep, Sweep

_KEY = StripKey(
    axis="blocks (logarithmic)",
    series=("most frequent plan", "second plan", "third plan", "further plans"),
    middle="typical: the median",
    worst="worst",
    other="plan for unknown arguments",
    cut="took too long and was stopped",
)


def sweep_section(sweep: Sweep) -> Section:
    """Return the part of the page that shows many arguments for each class."""
    templates = environment("reports")
    templates.filters["beside"] = beside_shown
    classes = _worst_first(sweep.classes)
    body = templates.get_template("explain_sweep.html").render(
        sweep=sweep,
        classes=classes,
        verdict=sweep_verdict(sweep),
        chart=strips([_strip(each) for each in classes], _KEY, name="sweep") if classes else None,
    )
    return Section(title="Sweep", anchor="sweep", body=Markup(body))  # noqa: S704 (escaped)


def sweep_lines(sweep: Sweep) -> list[str]:
    """Return the same for a terminal or a ticket."""
    return list(_lines(sweep))


def sweep_verdict(sweep: Sweep) -> str:
    """Return in a sentence how far the worst arguments are from the usual ones."""
    many = sum(
        any(f.code == "worst-argument" for f in sweep.findings_of(each.query))
        for each in sweep.classes
    )
    sets = sum(len(each.sets) for each in sweep.classes)
    where = f"{counted(sets, 'set')} of arguments for {counted(len(sweep.classes), 'query class')}"
    return f"{where}: {counted(many, 'class') if many else 'none'} with arguments that stand out"


def beside_shown(beside: Beside | None) -> str:
    """Return what the plan for unknown arguments touches.

    >>> beside_shown(Beside(is_other=True, blocks=1200)), beside_shown(None)
    ('1,200', '–')
    """
    if beside is None:
        return "–"
    if not beside.is_other:
        return "same plan"
    return "stopped" if beside.blocks is None else number(beside.blocks)


def _lines(sweep: Sweep) -> Iterator[str]:
    yield f"Sweep: {sweep_verdict(sweep)}"
    yield from (f"  {finding.line}" for finding in sweep.findings)
    for each in _worst_first(sweep.classes):
        worst, typical = each.worst_set, each.typical_set
        most = "stopped" if worst.is_stopped else number(worst.blocks)
        times = f" (×{significant(each.ratio)})" if each.ratio else ""
        generic = map(beside_shown, (each.generic_typical, each.generic_worst))
        yield (
            f"  {each.query}: typical {number(typical.blocks)}, worst {most} blocks{times}, "
            f"{milliseconds(worst.execution_ms)}, {counted(len(each.sets), 'set')}, "
            f"{counted(len(each.shapes), 'plan')}; for unknown arguments: {', '.join(generic)}"
        )
    yield from (f"  left out: {each.query}: {each.why}" for each in sweep.left_out)


def _worst_first(classes: Sequence[ClassSweep]) -> list[ClassSweep]:
    return sorted(
        classes, key=lambda each: (not each.worst_set.is_stopped, -(each.ratio or 0), each.query)
    )


def _strip(found: ClassSweep) -> Strip:
    typical, worst = found.typical_set, found.worst_set
    others = {
        beside.blocks
        for beside in (found.generic_typical, found.generic_worst)
        if beside and beside.is_other and beside.blocks
    }
    return Strip(
        name=found.query,
        dots=tuple(
            Dot(value=each.blocks, series=each.shape)
            for each in found.sets
            if each.shape is not None
        ),
        middle=None if typical.is_stopped else typical.blocks,
        worst=None if worst.is_stopped else worst.blocks,
        others=tuple(sorted(others)),
        cut=sum(each.is_stopped for each in found.sets),
    )
