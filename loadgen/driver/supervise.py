"""The command's side of a load: starts its process, watches it, never leaves it behind."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from b2bench.cluster.launch import free_port
from b2bench.errors import BadInput, RunFailed
from b2bench.progress import Progress
from b2bench.records import read_record, write_record
from b2bench.runs import (
    HISTOGRAM_FILE,
    LIVE_FILE,
    PLAN_FILE,
    RESULT_FILE,
    LiveSnapshot,
    LoadResult,
    RunPlan,
)
from b2bench.target import Target
from loadgen.driver.orders import FATAL, PLAN, as_environment

LOG_FILE = "locust.log"
_ROOT = Path(__file__).resolve().parents[2]
_LOCUST = (sys.executable, "-m", "locust", "-f")
LOCUSTFILE = _ROOT / "scenarios" / "locustfile.py"
_LOOPBACK = "127.0.0.1"
_LOOK_EVERY_S = 0.2
_HIGHEST_PORT = 65_535
_ENDING_S = 20.0
_TERMINATING_S = 2.0
_SPAWN_RATE = 100
_SPAWNING_S = 20
# Locust's log below errors, and its tables
_NEWS = re.compile(r"\[[\d :,-]+\] \S+/(?:DEBUG|INFO|WARNING)/|.*\|.*\||-+\||Type  |#")


def run_load(
    target: Target,
    plan: RunPlan,
    folder: Path,
    progress: Progress,
    *,
    environment: Mapping[str, str] | None = None,
    replica: Target | None = None,
    listen: str | None = None,
    locustfile: Path = LOCUSTFILE,
) -> LoadResult:
    """Run a plan in a process of its own and return what it leaves.

    Ctrl-C ends the load early and the result says `interrupted`; a second one ends it at once.

    Args:
        target: the database under load.
        plan: what to do.
        folder: the run's; plan.json, live.json, load.json, histograms.hlog and locust.log are
            written there.
        progress: told the phase and the seconds that have passed.
        environment: further variables for the process, e.g. B2BENCH_QUERIES.
        replica: where query classes that only read go, if anywhere else.
        listen: `host:port` at which processes of other machines are waited for; without it a
            plan's processes are started here.
        locustfile: where the plan's scenarios are.

    Raises:
        BadInput: the folder cannot be written.
        RunFailed: the process died, or left no result.
        KeyboardInterrupt: it came before there was anything to keep.
    """
    for stale in (LIVE_FILE, RESULT_FILE, HISTOGRAM_FILE):
        (folder / stale).unlink(missing_ok=True)
    write_record(folder / PLAN_FILE, plan)
    command = _command(plan, listen, locustfile)
    variables = dict(environment or {})
    variables[PLAN] = str((folder / PLAN_FILE).resolve())
    with _process(command, target, folder / LOG_FILE, variables, replica=replica) as process:
        try:
            _watch(process, plan, folder, progress)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            _wait(process, plan.grace_s + _ENDING_S)
            if not (folder / RESULT_FILE).exists():
                raise
    return _result(process, folder)


def run_worker(
    target: Target,
    master: str,
    progress: Progress,
    *,
    environment: Mapping[str, str],
    replica: Target | None = None,
) -> None:
    """Be a process of a load that a master on another machine conducts, until it is over.

    Args:
        target: the server under load, as this machine reaches it; the master names the database.
        master: `host:port`.
        progress: told that it works.
        environment: further variables for the process, e.g. B2BENCH_QUERIES.
        replica: where query classes that only read go, if anywhere else.

    Raises:
        RunFailed: the master is not there, or the process died.
    """
    host, _, port = master.rpartition(":")
    command = [*_LOCUST, str(LOCUSTFILE), "--worker", "--master-host", host, "--master-port", port]
    with TemporaryDirectory(prefix="b2bench-") as folder:
        log = Path(folder) / LOG_FILE
        with _process(command, target, log, environment, replica=replica) as process:
            progress(f"working for {master}")
            while not _wait(process, _LOOK_EVERY_S):
                pass
        if process.returncode:
            raise RunFailed(f"the load {_ending(process.returncode)}: {_last_words(log)}")


def require_address(text: str) -> None:
    """Check that a text is `host:port`.

    Raises:
        BadInput: it is not.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= _HIGHEST_PORT:
        raise BadInput(f"{text!r} is no address: write HOST:PORT, such as 127.0.0.1:5557")


@contextmanager
def _process(
    command: Sequence[str],
    target: Target,
    log_file: Path,
    environment: Mapping[str, str],
    *,
    replica: Target | None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the process; whatever happens, it is gone afterwards."""
    # the child sees the pipe end when we do, be it by kill -9
    child_end, our_end = os.pipe()
    variables = as_environment(target, child_end, replica=replica)
    path = os.pathsep.join(filter(None, (str(_ROOT), variables.get("PYTHONPATH"))))
    with log_file.open("wb") as log:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=variables | {"PYTHONPATH": path, **environment},
                pass_fds=(child_end,),
                # Ctrl-C in a terminal is ours to pass on
                process_group=0,
            )
        finally:
            os.close(child_end)
    try:
        yield process
    finally:
        _end(process)
        os.close(our_end)


def _command(plan: RunPlan, listen: str | None, locustfile: Path) -> list[str]:
    rate = min(plan.users, max(_SPAWN_RATE, plan.users // _SPAWNING_S))
    users = ["--users", str(plan.users), "--spawn-rate", str(rate)]
    locust = [*_LOCUST, str(locustfile), "--headless", "--only-summary"]
    return [*locust, *users, *_distribution(plan, listen)]


def _distribution(plan: RunPlan, listen: str | None) -> list[str]:
    """Return Locust's options for a load of several processes."""
    if listen is not None:
        host, _, port = listen.rpartition(":")
        bind = ["--master-bind-host", host, "--master-bind-port", port]
        return ["--master", "--expect-workers", str(plan.processes), *bind]
    if plan.processes == 1:
        return []
    port = str(free_port())
    bind = ["--master-bind-host", _LOOPBACK, "--master-bind-port", port]
    master = ["--master-host", _LOOPBACK, "--master-port", port]
    return ["--processes", str(plan.processes), *bind, *master]


def _watch(
    process: "subprocess.Popen[bytes]", plan: RunPlan, folder: Path, progress: Progress
) -> None:
    total_s = round(plan.warmup_s + plan.duration_s)
    progress("connecting", done=0, total=total_s)
    while not _wait(process, _LOOK_EVERY_S):
        if (folder / LIVE_FILE).exists():
            live = read_record(folder / LIVE_FILE, LiveSnapshot)
            progress(live.phase, done=min(total_s, int(live.elapsed_s)), total=total_s)


def _wait(process: "subprocess.Popen[bytes]", timeout_s: float) -> bool:
    """Return whether the process has ended within the time.

    A pidfd wakes at once, and takes no lock that Ctrl-C could leave behind.
    """
    if process.returncode is None:
        handle = os.pidfd_open(process.pid)
        try:
            if select.select([handle], [], [], timeout_s)[0]:
                process.wait()
        finally:
            os.close(handle)
    return process.returncode is not None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.terminate()
    if not _wait(process, _TERMINATING_S):
        process.kill()
        process.wait()


def _result(process: "subprocess.Popen[bytes]", folder: Path) -> LoadResult:
    if (folder / RESULT_FILE).exists():
        return read_record(folder / RESULT_FILE, LoadResult)
    log = folder / LOG_FILE
    raise RunFailed(f"the load {_ending(process.returncode)}: {_last_words(log)} (see {log})")


def _ending(exit_code: int) -> str:
    if exit_code < 0:
        return f"was ended by {signal.Signals(-exit_code).name}"
    return f"ended with exit code {exit_code}"


def _last_words(log: Path) -> str:
    """Return the line in which the process said why, else the last that is not just news."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    if fatal := [line for line in lines if line.startswith(FATAL)]:
        return fatal[0].removeprefix(FATAL)
    said = [line for line in lines if line and not _NEWS.match(line)]
    return said[-1] if said else "it said nothing"
