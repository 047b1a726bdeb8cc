"""Call the command line as a shell does: a process of its own, its output, its exit code."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from b2bench.target import Target

COMMAND = (sys.executable, "-m", "b2bench")
_TIMEOUT_S = 120


def environment(target: Target | None = None, **more: str) -> dict[str, str]:
    """Return an environment without anybody's settings; a password stays out of `ps`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("B2BENCH_")}
    kept.pop("DATABASE_URL", None)
    if target is not None:
        kept["B2BENCH_DSN"] = target.conninfo
    return kept | more


def call(
    *arguments: str, folder: Path, target: Target | None = None, more: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a folder."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(target, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a command that could not do its job."""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert lines[0].startswith("b2bench: ")
    return lines[0]


def load_ran(done: subprocess.CompletedProcess[str]) -> bool:
    """Return whether a load was run to its end, and nothing but the time it took is against it.

    On a busy machine the client may have been late or a target missed, and the verdict says so.
    """
    errors = [line for line in done.stdout.splitlines() if line.startswith("error: ")]
    only_slow = all(re.search(r"INVALID: the client|: p95 .+, target ", line) for line in errors)
    return done.returncode == (1 if errors else 0) and only_slow


@contextmanager
def exporting(target: Target, folder: Path, *options: str) -> Iterator[str]:
    """Run `b2bench export` on a free port; it must end well at Ctrl-C."""
    exporter = subprocess.Popen(
        [*COMMAND, "export", "--port", "0", *options],
        cwd=folder,
        env=environment(target, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert exporter.stdout is not None
    try:
        yield exporter.stdout.readline().rpartition(" ")[2].strip()
    finally:
        exporter.send_signal(signal.SIGINT)
        _, errors = exporter.communicate(timeout=60)
    assert (exporter.returncode, errors) == (0, "")
