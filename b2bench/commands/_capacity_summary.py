"""What a command tells of a capacity: the sweep, the steps, the law, the verdict."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from b2bench.commands._capacity import Found
from b2bench.commands._console import BAD, DOUBTFUL, GOOD, say, say_findings, show, table
from b2bench.figures.notation import counted, milliseconds, number, share, significant, target
from b2bench.findings import ExitCode, Severity
from reports.capacity import Capacity, Outcome, RateStep, SweepStep
from reports.capacity_text import held_out_sentence, law_sentence, peak_sentence

_STYLES: dict[Outcome, str] = {
    "held": GOOD,
    "client": DOUBTFUL,
    "interrupted": DOUBTFUL,
    "missed": BAD,
    "failed": BAD,
    "behind": BAD,
}
Row = list[str | Text]


def say_capacity(found: Found) -> None:
    """Show what was measured, what the law says, and where the report lies."""
    capacity = found.capacity
    show(_sweep_table(capacity))
    say("", *_law_lines(capacity), "")
    show(_steps_table(capacity))
    say("")
    good = found.exit_code is ExitCode.FINE and not capacity.interrupted
    say(capacity.verdict, style=GOOD if good else BAD)
    notes = [each for each in found.findings if each.severity is Severity.NOTE]
    say_findings(each for each in found.findings if each not in notes)
    there = f" ({counted(len(notes), 'note')} there)" if notes else ""
    say(f"report: {found.report}{there}")


def _sweep_table(capacity: Capacity) -> Table:
    return table(
        ">sessions",
        ">requests/s",
        ">95 %",
        ">mean",
        ">client",
        "",
        rows=map(_sweep_row, capacity.sweep),
        title=f"{capacity.workload}: sessions without a pause, {capacity.step_s:g} s each",
    )


def _sweep_row(step: SweepStep) -> Row:
    return [
        number(step.sessions),
        significant(step.per_s),
        f"±{share(step.spread)} (n={step.seconds})" if step.spread is not None else "–",
        milliseconds(step.mean_ms),
        share(step.client_cpu_share),
        Text(step.doubt, style=DOUBTFUL),
    ]


def _law_lines(capacity: Capacity) -> Iterator[str]:
    if capacity.law is None:
        yield "law:      too few steps to fit it (~)"
        return
    yield f"law:      {law_sentence(capacity.law)}"
    yield f"peak:     {peak_sentence(capacity.law)}"
    if capacity.held_out is not None:
        yield f"held out: {held_out_sentence(capacity.held_out)}"


def _steps_table(capacity: Capacity) -> Table:
    aim = "own targets" if capacity.slo_ms is None else f"p95 within {target(capacity.slo_ms)}"
    return table(
        ">offered/s",
        ">completed/s",
        ">under way",
        ">busy",
        ">client",
        "nearest to its target",
        ">p95",
        ">target",
        "outcome",
        rows=map(_step_row, sorted(capacity.steps, key=lambda step: step.rate)),
        title=f"rates, {counted(capacity.sessions, 'session')}, {aim}",
    )


def _step_row(step: RateStep) -> Row:
    worst = step.worst
    return [
        significant(step.rate),
        significant(step.per_s),
        significant(step.concurrency),
        share(step.busy),
        share(step.client_cpu_share),
        worst.query if worst else "–",
        milliseconds(worst.p95_ms if worst else None),
        target(worst.target_ms if worst else None),
        Text(step.outcome, style=_STYLES[step.outcome]),
    ]
