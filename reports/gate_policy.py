"""What the gate takes for a change and how bad that is; a TOML file says what is to differ."""

import json
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import msgspec

from b2bench.errors import BadInput
from b2bench.findings import Finding, Severity
from reports.changes import COUNTERS, PLAN_SHAPE_CHANGED, THRESHOLDS, Threshold, Thresholds

TIME_INCREASED = "time-increased"
_FIELDS = {counter.code: counter.field for counter in COUNTERS}
_CODES = frozenset(
    (
        *(f"{counter.code}-increased" for counter in COUNTERS),
        PLAN_SHAPE_CHANGED,
        "rows-changed",
        "answer-changed",
        "estimate-worse",
        "step-missing",
        "class-missing",
        "cannot-explain",
        "needs-clone",
        "data-set-unknown",
        "not-counted",
        "baseline-side-differs",
        "causes-not-sought",
        "role-refused",
        TIME_INCREASED,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFloor:
    """A slower class matters when it reaches both.

    Args:
        relative: of the baseline's time, by the low end of the interval.
        absolute_ms: of one execution.
    """

    relative: float = 0.1
    absolute_ms: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """For one query class: what counts as a change, and how bad each kind of finding is.

    Args:
        severities: by code, for findings that are to be graded otherwise; improvements and
            other notes stay notes.
    """

    thresholds: Thresholds = THRESHOLDS
    severities: Mapping[str, Severity] = field(default_factory=dict)
    time: TimeFloor = TimeFloor()

    def graded(self, finding: Finding) -> Finding:
        """Return the finding with the severity that these rules give it."""
        if finding.severity is Severity.NOTE:
            return finding
        return replace(finding, severity=self.severities.get(finding.code, finding.severity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules for every query class, and those for some of them.

    Args:
        default: for classes without rules of their own, and for what is said of none.
        classes: whole rules by query class.
    """

    default: Rules = Rules()
    classes: Mapping[str, Rules] = field(default_factory=dict)

    def require_classes(self, names: Collection[str]) -> None:
        """Check that every class with rules of its own is there.

        Raises:
            BadInput: one is not, so its rules would never hold.
        """
        if unknown := sorted(self.classes.keys() - set(names)):
            raise BadInput(
                f"the policy has rules for {', '.join(unknown)}, which is no query class"
            )

    def rules(self, query: str) -> Rules:
        """Return the rules for a query class."""
        return self.classes.get(query, self.default)


class _FloorTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    relative: float | None = None
    absolute: int | None = None


class _TimeTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    relative: float | None = None
    absolute_ms: float | None = None


class _RulesTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    floors: dict[str, _FloorTable] = {}
    severities: dict[str, Severity] = {}
    time: _TimeTable = _TimeTable()


class _PolicyTable(_RulesTable, frozen=True, forbid_unknown_fields=True):
    classes: dict[str, _RulesTable] = {}


def read_policy(path: Path) -> Policy:
    """Read a policy; what it does not say is as without one, and a class's rules add to the others.

    Raises:
        BadInput: it cannot be read, or names something that the gate does not know.
    """
    try:
        found = msgspec.convert(tomllib.loads(path.read_text()), _PolicyTable)
        default = _rules(found, Rules())
        return Policy(
            default=default,
            classes={query: _rules(rules, default) for query, rules in found.classes.items()},
        )
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(f"{path} is no policy: {error}: see docs/gate.md") from error
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def _rules(table: _RulesTable, default: Rules) -> Rules:
    thresholds = default.thresholds
    for code, floor in table.floors.items():
        name = _FIELDS.get(code)
        if name is None:
            raise BadInput(f"there is no floor {code!r}: choose of {', '.join(_FIELDS)}")
        thresholds = replace(thresholds, **{name: _floor(floor, getattr(thresholds, name))})
    if unknown := sorted(table.severities.keys() - _CODES):
        raise BadInput(f"there is no finding {unknown[0]!r}: choose of {', '.join(sorted(_CODES))}")
    time = TimeFloor(
        relative=_share(_or(table.time.relative, default.time.relative)),
        absolute_ms=_share(_or(table.time.absolute_ms, default.time.absolute_ms)),
    )
    return Rules(
        thresholds=thresholds, severities={**default.severities, **table.severities}, time=time
    )


def _floor(table: _FloorTable, default: Threshold) -> Threshold:
    relative = _share(_or(table.relative, default.relative))
    absolute = default.absolute if table.absolute is None else table.absolute
    if absolute < 1:
        raise BadInput("an absolute floor of a count is 1 or more")
    return Threshold(relative=relative, absolute=absolute)


def _share(value: float) -> float:
    if not 0 <= value < math.inf:
        raise BadInput(f"a floor is a number, 0 or more, and not {value:g}")
    return value


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def policy_toml(policy: Policy) -> str:
    """Return a policy as the TOML that `read_policy` reads, with everything that it leaves open."""
    return "\n".join(_toml(policy)) + "\n"


def _toml(policy: Policy) -> Iterator[str]:
    yield "# a change matters when it reaches both floors: a share of the baseline, and a count"
    yield from _rules_toml(policy.default, "")
    for query, rules in policy.classes.items():
        yield ""
        yield from _rules_toml(rules, f"classes.{json.dumps(query)}.")


def _rules_toml(rules: Rules, prefix: str) -> Iterator[str]:
    yield f"[{prefix}floors]"
    for each in fields(rules.thresholds):
        code = next(code for code, name in _FIELDS.items() if name == each.name)
        floor: Threshold = getattr(rules.thresholds, each.name)
        yield f"{code} = {{ relative = {floor.relative:g}, absolute = {floor.absolute} }}"
    yield ""
    yield f"[{prefix}time]"
    yield f"relative = {rules.time.relative:g}"
    yield f"absolute_ms = {rules.time.absolute_ms:g}"
    yield ""
    yield f"[{prefix}severities]"
    for code, severity in sorted(rules.severities.items()):
        yield f'{code} = "{severity}"'
