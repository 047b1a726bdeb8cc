"""pgbench on the same table with the same load: the peer that our figures stand beside."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from b2bench.errors import RunFailed
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Seconds
from b2bench.target import Target
from loadgen.driver.twin.pgbench import connection

_SCRIPT = r"""\set id 17
SELECT label FROM stalled WHERE id = :id;
"""
_LOG_PREFIX = "pgbench_log"
_US_PER_S = 1_000_000
_ENDING_S = 60.0
# columns of pgbench --log with --rate
_TIME_US, _EPOCH_S, _EPOCH_US, _LAG_US = 2, 4, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What pgbench wrote of each transaction, warm-up excluded.

    Args:
        due_s: when it was scheduled, from the start of the measurement.
        response_s: from then to its end.
        lag_s: from then to its begin.
    """

    due_s: Seconds
    response_s: Seconds
    lag_s: Seconds


def observe(
    pgbench: Path,
    target: Target,
    setup: Setup,
    folder: Path,
    *,
    seed: int,
    measured_s: float,
    begun: Callable[[], None] = lambda: None,
) -> Observed:
    """Run `pgbench --rate` with prepared statements, and read its log.

    Args:
        pgbench: the program.
        target: the database that holds the table.
        setup: rate and sessions.
        folder: holds the log.
        seed: of its arrivals.
        measured_s: the measurement, after the warm-up.
        begun: called when it was started.

    Raises:
        RunFailed: pgbench did not do its job.
    """
    script = folder / "by_key.pgbench"
    script.write_text(_SCRIPT)
    with _started(_command(pgbench, setup, script, seed, measured_s), target, folder) as process:
        begun()
        _, said = process.communicate(timeout=setup.warmup_s + measured_s + _ENDING_S)
    if process.returncode:
        last = (said.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        raise RunFailed(f"pgbench ended with exit code {process.returncode}: {last}")
    return read_log(folder, warmup_s=setup.warmup_s, measured_s=measured_s)


def _command(
    pgbench: Path, setup: Setup, script: Path, seed: int, measured_s: float
) -> list[str | Path]:
    options = {
        "--protocol": "prepared",
        "--client": setup.sessions,
        "--rate": f"{setup.rate:g}",
        # whole seconds: what comes after the measurement is left out
        "--time": int(np.ceil(setup.warmup_s + measured_s)) + 1,
        "--random-seed": seed,
        "--log-prefix": _LOG_PREFIX,
        "--file": script,
    }
    return [pgbench, "--no-vacuum", "--log", *(f"{key}={value}" for key, value in options.items())]


@contextmanager
def _started(
    command: list[str | Path], target: Target, folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the program in a folder; it is gone afterwards. No password shows in its name."""
    conninfo, secret = connection(target)
    process = subprocess.Popen(
        [*command, conninfo],
        cwd=folder,
        env=os.environ | {"PGAPPNAME": "pgbench"} | secret,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def read_log(folder: Path, *, warmup_s: float, measured_s: float) -> Observed:
    """Read what pgbench wrote into a folder with --log and --rate.

    Raises:
        RunFailed: there is no log, or it is not one of a load with a rate.
    """
    lines = [line for path in folder.glob(f"{_LOG_PREFIX}.*") for line in _lines(path)]
    if not lines:
        raise RunFailed(f"pgbench left no log of transactions in {folder}")
    columns = np.array(lines, dtype=np.float64).T
    response_s, lag_s = columns[_TIME_US] / _US_PER_S, columns[_LAG_US] / _US_PER_S
    due_s = columns[_EPOCH_S] + columns[_EPOCH_US] / _US_PER_S - response_s
    due_s -= due_s.min() + warmup_s
    measured = (due_s >= 0) & (due_s < measured_s)
    return Observed(due_s=due_s[measured], response_s=response_s[measured], lag_s=lag_s[measured])


def _lines(path: Path) -> Iterator[list[str]]:
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        fields = line.split()
        if len(fields) <= _LAG_US or not all(field.isdecimal() for field in fields):
            raise RunFailed(f"{path}, line {number}: {line!r} is no transaction with a lag")
        yield fields
