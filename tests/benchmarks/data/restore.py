"""From the empty schema to indexed, validated and analyzed: ours beside pg_restore, in turn."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from b2bench.marker import require_data_set
from b2bench.target import Target
from loadgen.data.generate import gather_statistics
from tests.benchmarks.laboratory import Laboratory, Line, generated, spread
from tests.postgres import new_database

_ROUNDS = 3
_JOBS = 2
_MOST = 1.5


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield both times and their ratio."""
    dump = laboratory.folder / "dump"
    ours, theirs = list[float](), list[float]()
    for number in range(_ROUNDS):
        with laboratory.empty_shop() as target:
            ours.append(generated(target, "--jobs", str(_JOBS)).elapsed_s)
            if number == 0:
                _run(laboratory, "pg_dump", target, "-Fd", f"-j{_JOBS}", "-f", dump)
                rows = require_data_set(target).rows
        with new_database(laboratory.server) as target:
            begin = time.perf_counter()
            _run(laboratory, "pg_restore", target, f"-j{_JOBS}", dump)
            gather_statistics(target, rows, _JOBS)
            theirs.append(time.perf_counter() - begin)
    ratio = median(ours) / median(theirs)
    yield Line(what="data generate, standard", measured=spread(ours))
    yield Line(what=f"pg_restore -j{_JOBS} and the same ANALYZE", measured=spread(theirs))
    yield Line(
        what="ours ÷ pg_restore, time",
        measured=f"{ratio:.2f}",
        wanted=f"at most {_MOST}",
        met=ratio <= _MOST,
    )


def _run(laboratory: Laboratory, program: str, target: Target, *options: str | Path) -> None:
    command = [laboratory.binaries.program(program), "-d", target.conninfo, *options]
    subprocess.run(command, check=True, env=os.environ | {"PGAPPNAME": program})
