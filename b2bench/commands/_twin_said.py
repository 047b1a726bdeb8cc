"""What the command tells of a load and its twin."""

from pathlib import Path

from rich.table import Table

from b2bench.commands._console import DOUBTFUL, say, show, table
from b2bench.figures.notation import counted, number
from reports.twin import TwinRecord, twin_rows
from reports.twin_page import shown_form, shown_ratio, shown_spread


def say_twin(record: TwinRecord, scripts: Path) -> None:
    """Show both sides, the ratios, what they do not have in common, and where the scripts are."""
    show(twin_table(record))
    say("", shown_form(record))
    most = max(each.pgbench.completed for each in record.rounds)
    say(f"arguments: {number(record.sets)} sets in the scripts, {number(most)} requests in a round")
    for side in ("ours", "pgbench"):
        sides = [getattr(each, side) for each in record.rounds]
        kinds = ("failed", "skipped", "retries")
        counts = {kind: sum(getattr(each, kind) for each in sides) for kind in kinds}
        if any(counts.values()):
            says = ", ".join(f"{number(count)} {kind}" for kind, count in counts.items() if count)
            say(f"{'b2bench' if side == 'ours' else side}: {says}")
    if not record.counts_agree:
        say("client and server disagree on the number of statements: see twin.json", style=DOUBTFUL)
    for left in record.left_out:
        say(f"left out on both sides: {left.query}, because {left.reason}", style=DOUBTFUL)
    say(f"scripts: {scripts}")


def twin_table(record: TwinRecord) -> Table:
    """Return one line for each figure: ours, pgbench's, the ratio with its range."""
    rounds = counted(len(record.rounds), "round")
    return table(
        "figure",
        ">b2bench",
        ">pgbench",
        ">b2bench / pgbench",
        rows=(
            (
                row.name,
                shown_spread(row, row.ours),
                shown_spread(row, row.pgbench),
                shown_ratio(row),
            )
            for row in twin_rows(record)
        ),
        title=f"{record.workload} and its twin: pgbench {record.version}, {rounds} in turn",
    )
