"""Workloads: scenarios mixed by their shares of the requests, read from TOML files."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec

from b2bench.errors import BadInput
from b2bench.runs import ScenarioShare, Stage

# who runs a stranger's folder of query files
VISITOR = "Visitor"
# who runs a whole workload, whatever its scenarios
ANYBODY = "Anybody"
_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A weighted mix of scenarios.

    Args:
        scenarios: with their own mean pauses, where the file gives any.
        queries: names of all query classes that it runs; none means all in the folder.
        stages: where the load is not constant, or how much there is belongs to the workload.
        has_pauses: whether the file gives pauses.
    """

    name: str
    why: str
    scenarios: tuple[ScenarioShare, ...]
    queries: tuple[str, ...]
    stages: tuple[Stage, ...] = ()
    has_pauses: bool = False


FOLDER_WORKLOAD = Workload(
    name="folder",
    why="every query class of a folder, by its frequency",
    scenarios=(ScenarioShare(scenario=VISITOR, weight=1),),
    queries=(),
)


def load_workload(name: str) -> Workload:
    """Return the workload of this name, or of this file if the name ends in .toml.

    Raises:
        BadInput: there is none; the message lists those that there are. Or a file is malformed.
    """
    if name.endswith(_SUFFIX):
        return _workload_file(Path(name))
    workloads = load_workloads()
    if name not in workloads:
        raise BadInput(
            f"unknown workload {name!r}: there is {', '.join(workloads)}, or name a .toml file"
        )
    return workloads[name]


def load_workloads() -> Mapping[str, Workload]:
    """Return all workloads by name."""
    file = _file()
    return {name: _workload(name, mix, file) for name, mix in file.workloads.items()}


def scenario_weights(scenario: str) -> Mapping[str, float]:
    """Return how often a scenario runs each of its query classes."""
    return _file().scenarios[scenario]


class _StageEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seconds: Annotated[float, msgspec.Meta(gt=0)]
    name: str = ""
    users: Annotated[int, msgspec.Meta(ge=1)] = 0
    rate: Annotated[float, msgspec.Meta(gt=0)] | None = None


class _Mix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    why: str
    scenarios: dict[str, Annotated[float, msgspec.Meta(gt=0)]]
    only: list[str] = []
    think_s: float | dict[str, float] | None = None
    stages: list[_StageEntry] = []


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    scenarios: dict[str, dict[str, float]]
    workloads: dict[str, _Mix]


@cache
def _file() -> _File:
    text = files("scenarios").joinpath("workloads.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


def _workload_file(path: Path) -> Workload:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        mix = msgspec.convert(found, _Mix)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise BadInput(f"{path} is no workload: {error} (see docs/workload.md)") from error
    try:
        return _workload(path.stem, mix, _file())
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def _workload(name: str, mix: _Mix, file: _File) -> Workload:
    _require_known("scenario", mix.scenarios, file.scenarios)
    queries = [query for scenario in mix.scenarios for query in file.scenarios[scenario]]
    _require_known("query class", mix.only, queries)
    if idle := [each for each in mix.scenarios if not _own(mix, file.scenarios[each])]:
        raise BadInput(f"`only` leaves nothing to do for {', '.join(idle)}")
    return Workload(
        name=name,
        why=mix.why,
        scenarios=tuple(_shares(mix)),
        queries=tuple(dict.fromkeys(_own(mix, queries))),
        stages=tuple(_stages(mix)),
        has_pauses=mix.think_s is not None,
    )


def pooled_weights(workload: Workload) -> dict[str, float]:
    """Return how often one session runs each query class, serving all scenarios."""
    weights: dict[str, float] = {}
    for share in workload.scenarios:
        mine = {
            query: weight
            for query, weight in scenario_weights(share.scenario).items()
            if query in workload.queries
        }
        for query, weight in mine.items():
            weights[query] = weights.get(query, 0.0) + share.weight * weight / sum(mine.values())
    return weights


def _own(mix: _Mix, queries: Iterable[str]) -> list[str]:
    return [query for query in queries if not mix.only or query in mix.only]


def _require_known(kind: str, named: Iterable[str], known: Collection[str]) -> None:
    if unknown := [name for name in named if name not in known]:
        raise BadInput(f"unknown {kind} {', '.join(unknown)}: there is {', '.join(known)}")


def _shares(mix: _Mix) -> Iterator[ScenarioShare]:
    if isinstance(mix.think_s, dict):
        _require_known("scenario", mix.think_s, mix.scenarios)
        if missing := [name for name in mix.scenarios if name not in mix.think_s]:
            raise BadInput(f"think_s has no pause for {', '.join(missing)}")
    for scenario, weight in mix.scenarios.items():
        pause = mix.think_s[scenario] if isinstance(mix.think_s, dict) else mix.think_s
        yield ScenarioShare(scenario=scenario, weight=weight, think_s=pause or 0.0)


def _stages(mix: _Mix) -> Iterator[Stage]:
    if len({stage.rate is None for stage in mix.stages}) > 1:
        raise BadInput("stages have either all a rate (open model) or none (closed model)")
    for number, stage in enumerate(mix.stages, start=1):
        if not stage.users:
            raise BadInput(f"stage {number} has no users: each is a session")
        yield Stage(
            name=stage.name or f"stage {number}",
            duration_s=stage.seconds,
            users=stage.users,
            rate=stage.rate,
        )
