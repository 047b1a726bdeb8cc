"""A plan's load as a folder of pgbench scripts: one process for each scenario, as weighted."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from b2bench.arguments import ArgumentSource
from b2bench.errors import BadInput
from b2bench.queries import QueryClass
from b2bench.records import write_atomically
from b2bench.runs import RunPlan, ScenarioShare
from loadgen.driver.acting import session_roles
from loadgen.driver.allotment import allot, pauses_s, shares
from loadgen.driver.program import Program, Values
from loadgen.driver.supply import Supply
from loadgen.driver.twin.rendering import VARIABLES, script_of, sets_most

# pgbench takes 128; one is the pause
_FILES_MOST = 127
# pgbench draws by whole numbers
_WEIGHT = 1_000_000
_US_PER_S = 1_000_000
_MS_PER_S = 1_000
PAUSE = "pause"
RUN_FILE = "run.sh"

Weigh = Callable[[str], Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A file of a query class, or the pause between two requests.

    Args:
        weight: how often pgbench draws it, among all files of the process.
        sets: arguments in it.
    """

    file: str
    query: str
    weight: int
    sets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One pgbench: the users of one scenario.

    Args:
        options: of pgbench, apart from files, connection, duration and tries.
        scripts: in the order in which pgbench numbers them.
        tries: of a transaction that fails for its neighbours' sake, before it is given up.
    """

    scenario: str
    users: int
    options: tuple[str, ...]
    scripts: tuple[Script, ...]
    tries: int = 1

    def command(self, pgbench: str, *, seconds: int) -> list[str]:
        """Return a command line that lacks the connection; to be run in the scripts' folder."""
        files = [word for each in self.scripts for word in ("-f", f"{each.file}@{each.weight}")]
        ends = [f"--max-tries={self.tries}", "-T", str(seconds)]
        return [pgbench, "-n", "-c", str(self.users), *self.options, *ends, *files]


def write_scripts(
    folder: Path,
    plan: RunPlan,
    queries: Sequence[QueryClass],
    source: ArgumentSource,
    weigh: Weigh,
) -> tuple[Process, ...]:
    """Write a plan's load as scripts of pgbench, with a run.sh for people.

    Args:
        folder: is made.
        plan: of one stage.
        queries: the query classes of the plan.
        source: of the arguments.
        weigh: a scenario's query classes with their weights.

    Raises:
        BadInput: a plan that pgbench cannot follow, too many query classes, or no place.
    """
    require_plain(plan)
    roles = session_roles(plan)
    programs = {query.name: Program(query, roles.get(query.name)) for query in queries}
    users = allot(plan.users, plan.scenarios)
    pauses = pauses_s(users, plan.scenarios)
    processes, first_user = list[Process](), 1
    for share in plan.scenarios:
        scenario = replace(share, think_s=pauses[share.scenario])
        mine = {name: w for name, w in weigh(scenario.scenario).items() if name in programs}
        hands = range(first_user, first_user + users[scenario.scenario])
        first_user = hands.stop
        written = _scripts(folder, scenario, mine, programs, _Drawing(plan, source, hands))
        processes.append(_process(plan, scenario, len(hands), written, programs))
    write_atomically(folder / RUN_FILE, _run_file(plan, processes).encode())
    (folder / RUN_FILE).chmod(0o755)
    return tuple(processes)


def require_plain(plan: RunPlan) -> None:
    """Check that a plan is one that pgbench can follow.

    Raises:
        BadInput: it is not.
    """
    reasons = {
        "stages": len(plan.stages) > 1,
        "a replica": plan.replica is not None,
        "a pooler": plan.via != "direct" or not plan.is_prepared,
        "regular arrivals": plan.rate is not None and plan.arrivals != "poisson",
    }
    if wanting := [what for what, is_so in reasons.items() if is_so]:
        raise BadInput(f"pgbench knows no {', no '.join(wanting)}: leave out --pgbench-twin")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """How many files a query class gets, and the weight of each."""

    query: str
    files: int
    weight: int


def divide(weights: Mapping[str, float], files: int) -> list[_Share]:
    """Return each query class's files: by weight, at least one each.

    Raises:
        BadInput: there are more query classes than files.
    """
    if len(weights) > files:
        raise BadInput(
            f"pgbench takes {files} scripts and there are {len(weights)} query classes: "
            "choose a smaller workload"
        )
    total = sum(weights.values())
    spare = files - len(weights)
    counts = {name: 1 + int(spare * weight / total) for name, weight in weights.items()}
    return [
        _Share(query=name, files=count, weight=round(_WEIGHT * weights[name] / total / count) or 1)
        for name, count in counts.items()
    ]


class _Drawing:
    """The arguments that a scenario's users draw, the first ones of each user in turn."""

    def __init__(self, plan: RunPlan, source: ArgumentSource, users: range) -> None:
        self._plan = plan
        self._source = source
        self._users = users

    def draw(self, program: Program, count: int) -> list[list[Values]]:
        supplies = [
            Supply({program: 1.0}, self._source, seed=self._plan.seed, user=user)
            for user in self._users[:count]
        ]
        return [supplies[number % len(supplies)].next()[1] for number in range(count)]


def _scripts(
    folder: Path,
    scenario: ScenarioShare,
    weights: Mapping[str, float],
    programs: Mapping[str, Program],
    drawing: _Drawing,
) -> Iterator[Script]:
    if not weights:
        raise BadInput(f"{scenario.scenario} runs none of the planned query classes")
    prepared = [programs[name] for name in weights]
    for share in divide(weights, _FILES_MOST):
        program = programs[share.query]
        drawn = drawing.draw(program, share.files * sets_most(program))
        # what takes no arguments needs no choice
        if all(values == drawn[0] for values in drawn):
            drawn = drawn[: share.files]
        for number in range(share.files):
            sets = drawn[number :: share.files]
            file = f"{scenario.scenario}/{share.query}-{number + 1}.sql"
            write_atomically(folder / file, script_of(program, sets, prepared=prepared).encode())
            yield Script(file=file, query=share.query, weight=share.weight, sets=len(sets))
    if scenario.think_s:
        file = f"{scenario.scenario}/{PAUSE}.sql"
        write_atomically(folder / file, _pause(scenario.think_s).encode())
        yield Script(file=file, query=PAUSE, weight=0)


def _pause(think_s: float) -> str:
    """Return a script that sleeps for an exponentially distributed time."""
    mean_us = round(think_s * _US_PER_S)
    return (
        f"-- a pause of {think_s:g} s in the mean, exponentially distributed\n"
        f"\\set b2_us int(-ln(random(1, 1000000000) / 1000000000.0) * {mean_us})\n"
        "\\sleep :b2_us us\n"
    )


def _process(
    plan: RunPlan,
    scenario: ScenarioShare,
    users: int,
    written: Iterator[Script],
    programs: Mapping[str, Program],
) -> Process:
    scripts = list(written)
    is_open = plan.rate is not None
    if scripts[-1].query == PAUSE:
        # pauses and requests are drawn equally often, so a request has one pause in the mean
        pause = scripts.pop()
        if not is_open:
            total = sum(script.weight for script in scripts)
            scripts.append(Script(file=pause.file, query=PAUSE, weight=total))
    retries = [programs[each.query].query.retries for each in scripts if each.query != PAUSE]
    options = ["-M", "simple", f"--random-seed={plan.seed}", *VARIABLES]
    if plan.rate is not None:
        options += ["-R", f"{plan.rate * shares(plan.scenarios)[scenario.scenario]:g}"]
        if plan.max_lag_s is not None:
            options += ["-L", f"{plan.max_lag_s * _MS_PER_S:g}"]
    return Process(
        scenario=scenario.scenario,
        users=users,
        options=tuple(options),
        scripts=tuple(scripts),
        tries=1 + max(retries),
    )


def _run_file(plan: RunPlan, processes: Sequence[Process]) -> str:
    """Return a shell script that runs all processes at once."""
    seconds = round(plan.duration_s)
    lines = [
        "#!/bin/sh",
        f"# The load of {plan.run} as pgbench: ./run.sh CONNECTION",
        "# It changes data if the workload does: name a copy of the database.",
        'cd "$(dirname "$0")" || exit',
    ]
    for process in processes:
        words = " ".join(shlex.quote(word) for word in process.command("pgbench", seconds=seconds))
        lines.append(f'{words} "$1" &')
    return "\n".join([*lines, "wait", ""])
