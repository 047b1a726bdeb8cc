"""Workloads: scenarios mixed by their shares of the requests, read from workloads.toml."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import msgspec

from b2bench.errors import BadInput
from b2bench.runs import ScenarioShare

# who runs a stranger's folder of query files
VISITOR = "Visitor"
# who runs a whole workload, whatever its scenarios
ANYBODY = "Anybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A weighted mix of scenarios.

    Args:
        queries: names of all query classes that it runs; none means all in the folder.
    """

    name: str
    why: str
    scenarios: tuple[ScenarioShare, ...]
    queries: tuple[str, ...]


FOLDER_WORKLOAD = Workload(
    name="folder",
    why="every query class of a folder, by its frequency",
    scenarios=(ScenarioShare(scenario=VISITOR, weight=1),),
    queries=(),
)


def load_workload(name: str) -> Workload:
    """Return the workload of this name.

    Raises:
        BadInput: there is none; the message lists those that there are.
    """
    workloads = load_workloads()
    if name not in workloads:
        raise BadInput(f"unknown workload {name!r}: there is {', '.join(workloads)}")
    return workloads[name]


def load_workloads() -> Mapping[str, Workload]:
    """Return all workloads by name."""
    file = _file()
    return {name: _workload(name, mix, file) for name, mix in file.workloads.items()}


def scenario_weights(scenario: str) -> Mapping[str, float]:
    """Return how often a scenario runs each of its query classes."""
    return _file().scenarios[scenario]


def pooled_weights(workload: str, planned: Collection[str]) -> Mapping[str, float]:
    """Return how often one session runs each planned query class, serving all scenarios."""
    weights: dict[str, float] = {}
    for each in load_workload(workload).scenarios:
        mine = {
            query: weight
            for query, weight in scenario_weights(each.scenario).items()
            if query in planned
        }
        for query, weight in mine.items():
            weights[query] = weights.get(query, 0.0) + each.weight * weight / sum(mine.values())
    return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    why: str
    scenarios: dict[str, float]
    only: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    scenarios: dict[str, dict[str, float]]
    workloads: dict[str, _Mix]


@cache
def _file() -> _File:
    text = files("scenarios").joinpath("workloads.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


def _workload(name: str, mix: _Mix, file: _File) -> Workload:
    queries = [query for scenario in mix.scenarios for query in file.scenarios[scenario]]
    return Workload(
        name=name,
        why=mix.why,
        scenarios=tuple(
            ScenarioShare(scenario=scenario, weight=weight)
            for scenario, weight in mix.scenarios.items()
        ),
        queries=tuple(query for query in queries if not mix.only or query in mix.only),
    )
