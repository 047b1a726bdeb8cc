"""Whether two runs were of the same load on the same data: what forbids comparing them."""

from collections.abc import Iterator
from dataclasses import dataclass

from b2bench.figures.notation import number, span
from b2bench.marker import DataSet
from b2bench.runs import RunPlan, RunRecord
from reports.verdicts import RUN_INVALID

_FOREIGN = "not b2bench's"
_MAJOR = 10_000
_SHA_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not the same in both runs."""

    what: str
    baseline: str
    candidate: str

    @property
    def shown(self) -> str:
        """In a few words, `seed 1 and 2`."""
        return f"{self.what} {self.baseline} and {self.candidate}"


def what_differs(baseline: RunRecord, candidate: RunRecord) -> tuple[Difference, ...]:
    """Return what forbids to compare two runs: load, data, major version, validity."""
    sides = [dict(_traits(record)) for record in (baseline, candidate)]
    differing = _differing(*sides)
    return (*differing, *_validity(baseline, candidate))


def settings_that_differ(baseline: RunRecord, candidate: RunRecord) -> tuple[Difference, ...]:
    """Return what differs of servers and machines, and may be what somebody wants to compare."""
    sides = [_circumstances(record) for record in (baseline, candidate)]
    return _differing(*sides)


def _differing(baseline: dict[str, str], candidate: dict[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(what=what, baseline=baseline.get(what, "–"), candidate=candidate.get(what, "–"))
        for what in dict.fromkeys((*baseline, *candidate))
        if baseline.get(what) != candidate.get(what)
    )


def _traits(record: RunRecord) -> Iterator[tuple[str, str]]:
    plan = record.plan
    yield "workload", plan.workload
    yield "shares", ", ".join(f"{each.scenario} {each.weight:g}" for each in plan.scenarios)
    yield "load", _load(plan)
    if plan.rate is None:
        yield "think time", ", ".join(dict.fromkeys(f"{s.think_s:g} s" for s in plan.scenarios))
    else:
        yield "arrivals", plan.arrivals
    yield "seed", str(plan.seed)
    yield "data set", shown_data_set(record.data_set, plan.run)
    yield "server", f"PostgreSQL {record.provenance.server_version // _MAJOR}"


def _load(plan: RunPlan) -> str:
    """Return the stages without their lengths, repeated ones once: rounds repeat them."""
    stages = dict.fromkeys(
        f"{number(stage.users)} users"
        + (f" at {number(stage.rate)}/s" if stage.rate is not None else "")
        for stage in plan.stages
    )
    return ", then ".join(stages)


def shown_data_set(data_set: DataSet | None, run: str = "") -> str:
    """Return a data set in words that are the same for the same data.

    Args:
        data_set: `None` for a database that b2bench did not make.
        run: whose changes in place are its own.
    """
    if data_set is None:
        return _FOREIGN
    # a run in place notes itself before it begins
    by = data_set.last_run if data_set.last_run != run else None
    changed = f", changed in place by {by}" if by else ""
    return f"{data_set.shown}, sha256 {data_set.sha256[:_SHA_SHOWN]}{changed}"


def _validity(baseline: RunRecord, candidate: RunRecord) -> Iterator[Difference]:
    """Yield one difference where either run is invalid: its figures are not the server's."""
    sides = [_judged(record) for record in (baseline, candidate)]
    if sides != ["valid", "valid"]:
        yield Difference(what="validity", baseline=sides[0], candidate=sides[1])


def _judged(record: RunRecord) -> str:
    invalid = [found.message for found in record.findings if found.code == RUN_INVALID]
    return invalid[0] if invalid else "valid"


def _circumstances(record: RunRecord) -> dict[str, str]:
    plan, origin = record.plan, record.provenance
    return {
        "server": origin.server,
        "target": plan.target,
        "via": plan.via,
        "prepared statements": "yes" if plan.is_prepared else "no",
        "in place": "yes" if plan.in_place else "no",
        "measured": span(record.result.measured_s),
        "machine": f"{origin.machine}, {origin.processors} processors",
        "b2bench": origin.b2bench,
        **origin.settings,
    }
