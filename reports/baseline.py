"""The work that query classes once did, as a JSON file for git to keep."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from b2bench.arguments import Case
from b2bench.catalogue import Catalogue
from b2bench.errors import BadInput, BaselineUnusable
from b2bench.records import read_record, write_record
from reports.capture import Capture, ClassCapture
from reports.explaining import CaseCapture
from reports.ground import Ground
from reports.query_change import Statement, statement_of
from reports.redaction import redact_sql
from reports.work import WorkVector

BASELINE_VERSION = 3
_MEND = "record one with `b2bench baseline record`"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWork:
    """What one statement did."""

    step: str
    work: WorkVector


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWork:
    """What the steps did for one case of arguments."""

    case: Case
    steps: tuple[StepWork, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Why the work of a class was taken over although it was worse, and when."""

    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWork:
    """What a query class did, and with which statements."""

    query: str
    statements: tuple[Statement, ...]
    cases: tuple[CaseWork, ...]
    accepted: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Work on a ground, and the catalogue that was there; ordered, so that git shows changes.

    Args:
        seed: of the arguments; others do other work.
        as_of: what `:as_of` was where the files themselves give the arguments.
        has_constants: whether the definitions are whole, so that objects can be restored.
    """

    ground: Ground
    recorded_at: datetime
    server: str
    b2bench: str
    classes: tuple[ClassWork, ...]
    catalogue: Catalogue
    seed: int = 1
    as_of: datetime | None = None
    has_constants: bool = True
    baseline_version: int = BASELINE_VERSION


def record(capture: Capture, *, as_of: datetime | None = None) -> Baseline:
    """Return the work of a capture; classes that failed are left out (see its findings).

    Args:
        capture: of every class.
        as_of: what `:as_of` was, if not the data set's.
    """
    return Baseline(
        ground=capture.ground,
        recorded_at=capture.provenance.at,
        server=capture.provenance.server,
        b2bench=capture.provenance.b2bench,
        classes=tuple(class_work(each) for each in capture.classes if not each.failed),
        catalogue=capture.catalogue,
        seed=capture.seed,
        as_of=as_of,
    )


def class_work(captured: ClassCapture) -> ClassWork:
    """Return what a class did, without plans, times and arguments."""
    texts = {step.step: step.sql for case in captured.cases for step in case.steps}
    return ClassWork(
        query=captured.query,
        statements=tuple(statement_of(step, sql) for step, sql in texts.items()),
        cases=tuple(_case(case) for case in captured.cases),
    )


def _case(captured: CaseCapture) -> CaseWork:
    steps = (StepWork(step=step.step, work=step.work) for step in captured.steps)
    return CaseWork(case=captured.case, steps=tuple(steps))


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file whole.

    Raises:
        BadInput: it cannot be written.
    """
    write_record(path, baseline)


def read_baseline(path: Path) -> Baseline:
    """Read a file that `write_baseline` wrote.

    Raises:
        BaselineUnusable: it is missing, damaged, or of a version that this b2bench cannot read.
    """
    if not path.exists():
        raise BaselineUnusable(f"there is no baseline {path}: {_MEND}")
    try:
        baseline = read_record(path, Baseline)
    except BadInput as error:
        raise BaselineUnusable(f"{error}: {_MEND}") from error
    if baseline.baseline_version != BASELINE_VERSION:
        raise BaselineUnusable(
            f"{path} has version {baseline.baseline_version}, this b2bench reads "
            f"{BASELINE_VERSION}: {_MEND}"
        )
    return baseline


def first_cases(baseline: Baseline) -> Baseline:
    """Return the baseline with one case of each class: the typical one, if there is any."""
    classes = (replace(each, cases=each.cases[:1]) for each in baseline.classes)
    return replace(baseline, classes=tuple(classes))


def without_constants(baseline: Baseline) -> Baseline:
    """Return the baseline whose definitions hide constants; such objects cannot be restored."""
    objects = (
        item if item.kind == "setting" else replace(item, definition=redact_sql(item.definition))
        for item in baseline.catalogue.objects
    )
    catalogue = Catalogue(objects=tuple(objects))
    return replace(baseline, catalogue=catalogue, has_constants=False)
