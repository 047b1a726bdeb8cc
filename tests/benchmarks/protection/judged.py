"""What policies and audit cost, by the gate and a baseline of the same data without them."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from b2bench.database import connect
from b2bench.target import Target
from tests.benchmarks.laboratory import Laboratory, Line
from tests.postgres import new_database

_UNPROTECTED = Path(__file__).parent / "unprotected.sql"
# that a policy's conditions stand in a plan, and a trigger's calls in the counts, is no news
_COUNTED = ("blocks", "tuples", "log", "temp")


def figures(lab: Laboratory) -> Iterator[Line]:
    """Yield what the gate finds in each query class, and how many it finds nothing in."""
    shop, _ = lab.filled("standard")
    baseline = lab.folder / "unprotected.json"
    with new_database(lab.server, template=shop.database) as bare:
        with connect(bare) as connection:
            connection.execute(_UNPROTECTED.read_bytes())
        _command(bare, "baseline", "record", "--baseline", str(baseline))
    report = lab.folder / "gate.json"
    _command(shop, "gate", "--no-causes", "--baseline", str(baseline), "--json", str(report))
    verdict = json.loads(report.read_text())
    found = _by_class(verdict["findings"])
    for name, messages in sorted(found.items()):
        yield Line(what=name, measured="; ".join(messages))
    same = len(verdict["classes"]) - len(found)
    yield Line(what="query classes that do no more blocks, rows or log", measured=f"{same}")


def _command(target: Target, *arguments: str) -> None:
    """Run a command whose verdict may be no."""
    done = subprocess.run(
        [sys.executable, "-m", "b2bench", *arguments],
        env=os.environ | {"B2BENCH_DSN": target.conninfo},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, done.args)


def _by_class(findings: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what is counted more of, by query class; of a step the first case that shows it."""
    found, seen = defaultdict[str, list[str]](list), set[tuple[str, str]]()
    for finding in findings:
        subject, _, _case = finding["subject"].partition(" (")
        message = finding["message"].partition("; cause")[0]
        if (subject, finding["code"]) in seen or not message.startswith(_COUNTED):
            continue
        seen.add((subject, finding["code"]))
        name, _, step = subject.partition(" · ")
        found[name].append(f"{step}: {message}" if step else message)
    return found
