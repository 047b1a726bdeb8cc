"""The page of a pooler's matrix: what pooling does, what preparing does, and what each costs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup

from b2bench.figures.notation import counted, milliseconds, number, significant, size, span
from b2bench.figures.over_users import Line, Measure, Point, over_users
from b2bench.figures.page import Fact, Page, Section, environment, render_page, tone_of
from b2bench.findings import Severity
from reports.gate import worst_first
from reports.poolers import Cell, Effect, Figure, PoolersRecord, cells, effects

_MIB = 1024 * 1024


def render_poolers_page(record: PoolersRecord) -> str:
    """Return the page as one HTML file."""
    return render_page(
        Page(
            kind="Poolers",
            title=record.name,
            verdict=poolers_verdict(record),
            tone=tone_of(record.findings),
            facts=list(_facts(record)),
            sections=list(_sections(record)),
            provenance=record.provenance,
        )
    )


def poolers_verdict(record: PoolersRecord) -> str:
    """Return in a sentence what pooling did with the most users, as far as that is known."""
    if errors := [each for each in record.findings if each.severity is Severity.ERROR]:
        return f"{errors[0].subject}: {errors[0].message}"
    users = max(record.users)
    effect = [each for each in effects(record) if (each.what, each.users) == ("pooling", users)][-1]
    by_route = {cell.route: cell for cell in cells(record) if cell.users == users}
    before, after = by_route[effect.before], by_route[effect.after]
    how = "prepared" if effect.after.is_prepared else "unprepared"
    return (
        f"Pooling alone, {number(users)} users, {how}: throughput {change(effect.throughput)}, p95 "
        f"{change(effect.p95)} ({counted(effect.runs, 'run')} a side), {number(after.backends)} "
        f"backends instead of {number(before.backends)}"
    )


def change(factor: float | None) -> str:
    """Return a ratio as a factor; `~` where nothing is known.

    >>> change(1.5), change(None)
    ('×1.50', '~')
    """
    return "~" if factor is None else f"×{significant(factor)}"


def spread(figure: Figure, write: Callable[[float], str]) -> str:
    """Return the middle and how far the farthest is.

    >>> spread(Figure(values=(9.0, 10.0, 12.0)), milliseconds)
    '10.0 ms ±20 %'
    """
    return f"{write(figure.middle)} {around(figure)}".rstrip()


def around(figure: Figure) -> str:
    """Return how far the farthest value is from the middle; empty where there is but one.

    >>> around(Figure(values=(9.0, 10.0, 12.0))), around(Figure(values=(9.0,)))
    ('±20 %', '')
    """
    return "" if len(figure.values) == 1 else f"±{100 * figure.spread:.0f} %"


def backend_memory(cell: Cell) -> str:
    """Return the backends' own memory, `–` where it cannot be seen."""
    return _size(cell.backend_memory_bytes)


def pooler_memory(cell: Cell) -> str:
    """Return PgBouncer's own memory, `–` where there is none."""
    return _size(cell.pooler_memory_bytes)


def _size(size_bytes: int | None) -> str:
    return "–" if size_bytes is None else size(size_bytes)


def _facts(record: PoolersRecord) -> Iterator[Fact]:
    yield Fact(label="Workload", value=record.workload)
    yield Fact(
        label="Load",
        value=f"{' / '.join(map(number, record.users))} users, each with a mean pause of "
        f"{milliseconds(record.think_s * 1_000)}",
    )
    runs = f"{record.rounds} × {span(record.duration_s)}"
    yield Fact(label="Measured", value=f"{runs} each, after {span(record.warmup_s)} of warm-up")
    pool = f"transaction mode, {number(record.pool_size)} server sessions"
    yield Fact(label="Pooler", value=f"{record.pgbouncer}, {pool}")
    yield Fact(
        label="Data set", value=record.data_set.shown if record.data_set else "not b2bench's"
    )
    yield Fact(label="Server", value=record.provenance.server)


def _sections(record: PoolersRecord) -> Iterator[Section]:
    found = cells(record)
    if record.findings:
        yield _section(
            "Findings", "findings", "poolers_findings.html", findings=worst_first(record.findings)
        )
    yield _section("Over the number of users", "users", "poolers_chart.html", chart=_chart(record))
    yield _section("Every cell", "cells", "poolers_cells.html", cells=found, record=record)
    yield _section("What did it?", "effects", "poolers_effects.html", effects=_by_kind(record))


def _section(title: str, anchor: str, template: str, **values: object) -> Section:
    templates = environment("reports")
    templates.filters["change"] = change
    templates.filters["around"] = around
    templates.filters["backend_memory"] = backend_memory
    templates.filters["pooler_memory"] = pooler_memory
    body = templates.get_template(template).render(**values)
    return Section(title=title, anchor=anchor, body=Markup(body))  # noqa: S704 (escaped)


def _by_kind(record: PoolersRecord) -> Sequence[Effect]:
    return sorted(effects(record), key=lambda each: (each.what, each.before.name, each.users))


def _chart(record: PoolersRecord) -> Markup:
    found = cells(record)
    return over_users(
        [
            _measure(record, found, "requests per second", lambda cell: cell.throughput_per_s),
            replace(
                _measure(record, found, "p95, ms (logarithmic)", lambda cell: cell.p95_ms),
                logarithmic=True,
            ),
            _measure(record, found, "memory, MiB", _memory_mib),
        ]
    )


def _memory_mib(cell: Cell) -> Figure | None:
    """Return the memory of all that serves the users, PgBouncer included."""
    if cell.backend_memory_bytes is None:
        return None
    together = cell.backend_memory_bytes + (cell.pooler_memory_bytes or 0)
    return Figure(values=(together / _MIB,))


def _measure(
    record: PoolersRecord,
    found: Sequence[Cell],
    title: str,
    read: Callable[[Cell], Figure | None],
) -> Measure:
    return Measure(
        title=title,
        lines=tuple(
            Line(
                label=route.name,
                points=tuple(
                    _point(cell.users, figure)
                    for cell in found
                    if cell.route == route and (figure := read(cell)) is not None
                ),
            )
            for route in record.routes
        ),
    )


def _point(users: int, figure: Figure) -> Point:
    return Point(
        users=users, middle=figure.middle, least=min(figure.values), most=max(figure.values)
    )
