"""The main job from end to end, stage by stage."""

import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from b2bench.commands._capture import everything, take_capture
from b2bench.commands._console import progress_shown, say, say_findings
from b2bench.commands._explain import Wishes, take_explanation
from b2bench.commands._keys import key_place
from b2bench.commands._load import Outcome, perform
from b2bench.commands._order import make_order
from b2bench.commands._output import write_text
from b2bench.commands._settings import Settings
from b2bench.commands._summary import data_set_lines, say_run, say_verdict
from b2bench.commands._target import find_target
from b2bench.database import connect, reading
from b2bench.findings import ExitCode
from b2bench.marker import DataSet, read_data_set
from b2bench.progress import Progress
from b2bench.target import Target
from loadgen.data.generate import GENERATOR_VERSION, generate
from loadgen.data.profiles import Profile, load_profile
from reports.baseline import record, write_baseline
from reports.capture import Capture
from reports.explain_page import render_explain_page
from reports.gate import Verdict, judge
from reports.gate_markdown import gate_markdown
from schema import migrate
from schema.personal.location import make_keys

EXPLAIN_FILE = "explain.html"
GATE_FILE = "gate.md"
BASELINE_FILE = "demo-baseline.json"


def perform_demo(settings: Settings) -> ExitCode:
    """Do every stage, say how long it took, and sum up.

    Raises:
        B2benchError: a stage could not do its job.
    """
    order = make_order(settings)
    profile = load_profile(settings.profile).scaled(settings.scale)
    target, data_set = _prepare(settings, profile)
    with _stage(f"load: {settings.users} users") as progress:
        outcome = perform(order, target, progress)
    if outcome.interrupted:
        say_run(outcome)
        raise KeyboardInterrupt
    capture, verdict = _judge_work(settings, target, outcome.folder)
    _sum_up(settings, data_set, outcome, verdict)
    say_findings(capture.findings)
    return max(outcome.exit_code, verdict.exit_code)


@contextmanager
def _stage(name: str) -> Iterator[Progress]:
    begin_s = time.perf_counter()
    with progress_shown() as progress:
        yield progress
    say(f"{name} ({time.perf_counter() - begin_s:.1f} s)")


def _prepare(settings: Settings, profile: Profile) -> tuple[Target, DataSet]:
    """Start the server, install the schema, and see to it that the data are there."""
    with _stage("server") as progress:
        target = find_target(settings, progress)
    with _stage("schema") as progress:
        migrate.install(target, progress)
    with _stage(f"data: {profile.shown}") as progress:
        return target, _data(settings, profile, target, progress)


def _data(settings: Settings, profile: Profile, target: Target, progress: Progress) -> DataSet:
    with reading(target) as connection:
        found = read_data_set(connection)
    if found and _is_wanted(found, settings, profile):
        return found
    made = generate(target, profile, seed=settings.seed, progress=progress)
    with connect(target) as connection:
        make_keys(connection, key_place(settings))
    return made


def _is_wanted(found: DataSet, settings: Settings, profile: Profile) -> bool:
    """Return whether what is loaded is what would be generated."""
    loaded = (found.profile, found.recipe, found.seed, found.generator_version)
    wanted = (profile.name, dict(profile.rows), settings.seed, GENERATOR_VERSION)
    return loaded == wanted and found.state == "complete" and found.last_run is None


def _judge_work(settings: Settings, target: Target, folder: Path) -> tuple[Capture, Verdict]:
    """Explain, record a baseline, and let the gate compare a second look with it."""
    selection = everything(settings)
    with _stage("EXPLAIN report and baseline") as progress:
        explanation = take_explanation(settings, target, selection, Wishes(), progress)
        capture = explanation.capture
        write_text(folder / EXPLAIN_FILE, render_explain_page(explanation))
        baseline = record(capture)
        write_baseline(settings.state / BASELINE_FILE, baseline)
    with _stage("gate") as progress:
        verdict = judge(baseline, take_capture(settings, target, selection, progress))
        write_text(folder / GATE_FILE, gate_markdown(verdict))
    return capture, verdict


def _sum_up(settings: Settings, data_set: DataSet, outcome: Outcome, verdict: Verdict) -> None:
    folder = outcome.folder
    say("")
    say_run(outcome)
    say_verdict(verdict)
    say(*data_set_lines(data_set))
    say(f"EXPLAIN report: {folder / EXPLAIN_FILE}")
    say(f"gate: {folder / GATE_FILE}, baseline: {settings.state / BASELINE_FILE}")
    say("", f"monitoring: {_own_command()} monitor")


def _own_command() -> str:
    """Return how this program is called from here: by its name where the shell would find it."""
    called = Path(sys.argv[0]).absolute()
    on_path = shutil.which("b2bench")
    if on_path and Path(on_path).absolute() == called:
        return "b2bench"
    if called.name == "__main__.py":
        return f"{_from_here(Path(sys.executable))} -m b2bench"
    return _from_here(called)


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
