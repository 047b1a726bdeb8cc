"""The law of a capacity in words: what was fitted, where it peaks, what it was worth."""

from b2bench.figures.notation import counted, share, significant
from reports.usl import HeldOut, Law


def law_sentence(law: Law) -> str:
    """Return the fitted law in one line, `~` before what cannot be told from 0."""
    rate, contention, coherence = law.rate, law.contention, law.coherence
    return (
        f"λ {significant(rate.value)}/s ({significant(rate.low)} to {significant(rate.high)}), "
        + ", ".join(
            f"{name} {'~ ' if each.spans_zero else ''}{each.value:.2g}"
            f" ({each.low:.2g} to {each.high:.2g})"
            for name, each in (("σ", contention), ("κ", coherence))
        )
        + f" (95 %, n={law.points})"
    )


def peak_sentence(law: Law) -> str:
    """Return where the law has its peak."""
    peak = law.peak
    if peak is None:
        return "none within reach of what was measured (~)"
    weak = "~ " if law.coherence.spans_zero else ""
    return (
        f"{weak}{significant(peak.per_s.value)}/s ({significant(peak.per_s.low)} to"
        f" {significant(peak.per_s.high)}) at {significant(peak.sessions)} sessions"
    )


def held_out_sentence(held_out: HeldOut) -> str:
    """Return what the law said of the step that it had not seen, and what came."""
    predicted, inside = held_out.predicted, "inside" if held_out.inside else "outside"
    proves = (
        "~ the interval is too wide to prove anything"
        if predicted.is_vague
        else f"{inside} the interval"
    )
    return (
        f"{counted(held_out.measured.sessions, 'session')}: predicted"
        f" {significant(predicted.value)}/s ({significant(predicted.low)} to"
        f" {significant(predicted.high)}), measured {significant(held_out.measured.per_s)}/s:"
        f" {share(abs(held_out.off))} off, {proves}"
    )
