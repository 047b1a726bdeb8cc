"""The choices at the top of a dashboard: their values, and expressions with values put in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b2bench.errors import BadInput
from dashboards.model import Dashboard, Variable
from dashboards.prometheus import ExpressionRefused, Prometheus
from dashboards.window import Window

_EVERYTHING = ".*"
_USE = re.compile(r"\$\{(?P<braced>[A-Za-z_]\w*)(?::\w+)?\}|\$(?P<bare>[A-Za-z_]\w*)")
_LABEL_VALUES = re.compile(
    r"\s*label_values\((?:(?P<match>.+),)?\s*(?P<label>[A-Za-z_]\w*)\s*\)\s*"
)
_COUNTER = re.compile(r"[A-Za-z_:][\w:]*_total\b")
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A variable with its values.

    Args:
        values: that there are.
        chosen: some of them; none is all of them, which other series may have, too.
        error: why the values could not be found.
    """

    variable: Variable
    values: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    error: str = ""

    @property
    def put_in(self) -> str:
        """What expressions get: a regular expression where several values can be chosen."""
        if not self.chosen:
            return _EVERYTHING
        if not self.variable.multi:
            return _in_a_string(self.chosen[0])
        escaped = [_in_a_string(_SPECIAL.sub(r"\\\g<0>", value)) for value in self.chosen]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def resolve(
    dashboard: Dashboard,
    prometheus: Prometheus,
    window: Window,
    given: Mapping[str, Sequence[str]],
) -> tuple[Choice, ...]:
    """Return a dashboard's choices, each found with those before it put in.

    Args:
        dashboard: whose variables.
        prometheus: knows the values.
        window: the values of this time.
        given: what somebody chose, by a variable's name.
    """
    choices = list[Choice]()
    for variable in dashboard.variables:
        known = values_of(choices, window)
        choices.append(
            _choice(variable, prometheus, window, known, tuple(given.get(variable.name, ())))
        )
    return tuple(choices)


def values_of(choices: Sequence[Choice], window: Window) -> Mapping[str, str]:
    """Return what is put into expressions, by name."""
    return {**window.values, **{choice.variable.name: choice.put_in for choice in choices}}


def put_in(expr: str, values: Mapping[str, str]) -> str:
    """Return an expression with the values of variables; what is none of them stays as it is.

    >>> put_in('x{a=~"$a"}[$__range] ${b:regex} $1', {"a": ".*", "b": "c", "__range": "5s"})
    'x{a=~".*"}[5s] c $1'
    """
    return _USE.sub(lambda use: values.get(use["braced"] or use["bare"], use[0]), expr)


def uses(expr: str, name: str) -> bool:
    """Return whether an expression has a variable in it."""
    return any(name in (use["braced"], use["bare"]) for use in _USE.finditer(expr))


def require_known(dashboards: Sequence[Dashboard], given: Mapping[str, Sequence[str]]) -> None:
    """Check that some dashboard has each variable.

    Raises:
        BadInput: none has one of them.
    """
    known = sorted({variable.name for each in dashboards for variable in each.variables})
    if unknown := [name for name in given if name not in known]:
        raise BadInput(
            f"no dashboard has a variable {unknown[0]!r}: there is {', '.join(known) or 'none'}"
        )


def _in_a_string(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _choice(
    variable: Variable,
    prometheus: Prometheus,
    window: Window,
    known: Mapping[str, str],
    chosen: tuple[str, ...],
) -> Choice:
    found = _LABEL_VALUES.fullmatch(put_in(variable.query, known))
    if found is None:
        error = f"{variable.query!r} is not of the form label_values(metric, label)"
        return Choice(variable=variable, values=(), chosen=chosen, error=error)
    label, match = found["label"], (found["match"] or "").strip()
    try:
        values = prometheus.label_values(
            label, match=match, begin_s=window.begin_s, end_s=window.end_s
        )
        if not chosen and not variable.multi:
            # a choice of one has no "all"
            chosen = _busiest(label, match, prometheus, window) or values[:1]
    except ExpressionRefused as error:
        return Choice(variable=variable, values=(), chosen=chosen, error=str(error))
    return Choice(variable=variable, values=values, chosen=chosen)


def _busiest(label: str, match: str, prometheus: Prometheus, window: Window) -> tuple[str, ...]:
    """Return the value whose counter grew most; none where the metric is no counter."""
    if not _COUNTER.match(match):
        return ()
    grown = f"increase({match}[{window.values['__range']}])"
    found = prometheus.query(f"topk(1, sum by ({label}) ({grown}))", at_s=window.end_s)
    return tuple(series.labels[label] for series in found if label in series.labels)
