"""The twin in the run report: our load beside pgbench's, figure by figure and class by class."""

from markupsafe import Markup

from b2bench.figures.notation import milliseconds, significant
from b2bench.figures.page import Section, environment
from reports.twin import (
    Spread,
    TwinRecord,
    TwinRow,
    form_client_us,
    form_response_us,
    query_rows,
    twin_rows,
)

_US_PER_MS = 1_000


def twin_section(record: TwinRecord) -> Section:
    """Return the part of the report that shows a load beside its twin."""
    body = (
        environment("reports")
        .get_template("run_twin.html")
        .render(
            record=record,
            figures=[_cells(row) for row in twin_rows(record)],
            classes=[_cells(row) for row in query_rows(record)],
            form=shown_form(record),
            asked=max(each.pgbench.completed for each in record.rounds),
        )
    )
    return Section(title="Beside pgbench", anchor="twin", body=Markup(body))  # noqa: S704 (escaped)


def _cells(row: TwinRow) -> tuple[str, str, str, str]:
    return row.name, shown_spread(row, row.ours), shown_spread(row, row.pgbench), shown_ratio(row)


def shown_spread(row: TwinRow, spread: Spread) -> str:
    """Return a figure as a person reads it, e.g. `4.20 ms ±3 % (n=5)`."""
    value = milliseconds(spread.median / _US_PER_MS) if row.is_time else significant(spread.median)
    around = f" ±{spread.percent:.0f} %" if spread.count > 1 else ""
    return f"{value}{around} (n={spread.count})"


def shown_ratio(row: TwinRow) -> str:
    """Return the median of the rounds' ratios and their range, e.g. `0.52 (0.50 to 0.55)`."""
    if row.ratio is None:
        return "–"
    if row.ratio.count == 1:
        return f"{row.ratio.median:.2f}"
    return f"{row.ratio.median:.2f} ({row.ratio.low:.2f} to {row.ratio.high:.2f})"


def shown_form(record: TwinRecord) -> str:
    """Return a sentence about what the scripts' form costs pgbench."""
    return (
        "a request of the scripts costs pgbench more than its own -M prepared would, by "
        f"{form_client_us(record):.1f} µs of client CPU and {form_response_us(record):.1f} µs of "
        f"response (the least of {len(record.form)} runs each)"
    )
