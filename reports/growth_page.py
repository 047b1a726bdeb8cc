"""The growth of work over scales as a part of the EXPLAIN report."""

from collections.abc import Iterator

from markupsafe import Markup

from b2bench.figures.exponents import ExponentRow, exponents
from b2bench.figures.notation import counted
from b2bench.figures.page import Section, environment
from reports.gate import worst_first
from reports.growth import GROWS_ABOVE, Growth, StepGrowth, Verdict, exponent_shown

_COLORS = {Verdict.GROWS: "bad", Verdict.UNCLEAR: "warn", Verdict.STEADY: "good"}
_ORDER = tuple(_COLORS)


def growth_section(growth: Growth) -> Section:
    """Return the part of the page that shows how work grows with the tables."""
    templates = environment("reports")
    templates.filters["exponent"] = exponent_shown
    by_verdict = {verdict: _of(growth, verdict) for verdict in _ORDER}
    body = templates.get_template("explain_growth.html").render(
        growth=growth,
        findings=worst_first(growth.findings),
        verdict=growth_verdict(growth),
        chart=_chart(growth) if growth.steps else None,
        growing=by_verdict[Verdict.GROWS],
        unclear=by_verdict[Verdict.UNCLEAR],
        steady=by_verdict[Verdict.STEADY],
    )
    return Section(title="Growth", anchor="growth", body=Markup(body))  # noqa: S704 (escaped)


def growth_lines(growth: Growth) -> list[str]:
    """Return the same for a terminal or a ticket."""
    return list(_lines(growth))


def growth_verdict(growth: Growth) -> str:
    """Return in a sentence how many classes grow."""
    worst = _worst_of_each(growth)
    said = [
        f"{count} {word}"
        for verdict, word in (
            (Verdict.GROWS, "with more work for a row in a larger table"),
            (Verdict.UNCLEAR, "unclear"),
            (Verdict.STEADY, "steady"),
        )
        if (count := sum(each.verdict is verdict for each in worst))
    ]
    return f"{counted(len(worst), 'query class')}: {', '.join(said) or 'none was measured'}"


def _lines(growth: Growth) -> Iterator[str]:
    scales = ", ".join(f"{scale:f}" for scale in growth.scales)
    yield f"Growth over scale {scales}: {growth_verdict(growth)}"
    yield from (f"  {finding.line}" for finding in growth.findings)
    for step in sorted(growth.steps, key=_rank):
        open_ = f" ({step.why})" if step.why else ""
        plans = f", {counted(step.shapes, 'plan')}" if step.shapes > 1 else ""
        yield (
            f"  {step.verdict}: {_name(step)}: exponent {exponent_shown(step.exponent)} of "
            f"{step.counter}{open_}{plans}"
        )
    yield from (f"  left out: {each.subject}: {each.why}" for each in growth.left_out)


def _of(growth: Growth, verdict: Verdict) -> list[StepGrowth]:
    return sorted((step for step in growth.steps if step.verdict is verdict), key=_rank)


def _rank(step: StepGrowth) -> tuple[int, float, str]:
    return _ORDER.index(step.verdict), -step.exponent.value, step.query


def _name(step: StepGrowth) -> str:
    return f"{step.query}, {step.case}{'' if step.step == 'main' else f', {step.step}'}"


def _worst_of_each(growth: Growth) -> list[StepGrowth]:
    """Return the worst statement of each class, the worst class ahead."""
    worst = dict[str, StepGrowth]()
    for step in sorted(growth.steps, key=_rank):
        worst.setdefault(step.query, step)
    return list(worst.values())


def _chart(growth: Growth) -> Markup:
    return exponents([_row(step) for step in _worst_of_each(growth)], limit=GROWS_ABOVE)


def _row(step: StepGrowth) -> ExponentRow:
    is_little = step.verdict is Verdict.STEADY and bool(step.why)
    return ExponentRow(
        name=step.query,
        value=step.exponent.value,
        low=step.exponent.low,
        high=step.exponent.high,
        color="muted" if is_little else _COLORS[step.verdict],
        verdict=step.why if is_little else step.verdict.value,
    )
