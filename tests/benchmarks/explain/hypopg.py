"""Indexes that HypoPG would advise, beside what they do when they are built."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.figures.notation import number
from reports.diagnosis import Diagnosis
from reports.fixes import Kind
from reports.trials import Trial
from tests.benchmarks.laboratory import Laboratory, Line
from tests.postgres import new_database, new_open_folder
from tests.reports.planted import PLANTED, diagnosed_problem, plant

_DEBIAN = Path("/usr/lib/postgresql/15/bin")
_ADVISED = 0.9


def figures(_laboratory: Laboratory) -> Iterator[Line]:
    """Yield each index that was tried on the planted problems, on Debian's PostgreSQL 15."""
    if not _DEBIAN.is_dir():
        yield Line(what="HypoPG", measured="not here: apt-get install postgresql-15-hypopg")
        return
    with new_open_folder() as folder, TemporaryDirectory() as queries:
        server = EmbeddedServer(folder / ".b2bench", pg_bin=_DEBIAN)
        try:
            with new_database(server.start()) as target:
                plant(target)
                for name in PLANTED:
                    for diagnosis in diagnosed_problem(target, Path(queries), name):
                        yield from _lines(name, diagnosis)
        finally:
            server.destroy()


def _lines(name: str, diagnosis: Diagnosis) -> Iterator[Line]:
    for trial in diagnosis.trials:
        if trial.fix.kind is Kind.INDEX and trial.hypothesis:
            yield _line(name, diagnosis, trial)


def _line(name: str, diagnosis: Diagnosis, trial: Trial) -> Line:
    supposed, before, after = trial.hypothesis, diagnosis.before, trial.after
    if supposed is None or before is None or after is None:
        return Line(what=name, measured="nothing")
    advises = supposed.cost_after < supposed.cost_before * _ADVISED
    cost = f"cost {number(supposed.cost_before)} → {number(supposed.cost_after)}"
    blocks = f"blocks {number(before.blocks)} → {number(after.blocks)}"
    return Line(
        what=f"{name}, {diagnosis.advice.finding.code}: {trial.fix.statements[0]}",
        measured=f"HypoPG {'advises' if advises else 'does not advise'} it ({cost}); measured "
        f"{'less' if trial.is_proven else 'no less'} work ({blocks})",
    )
