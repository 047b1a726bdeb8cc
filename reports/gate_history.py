"""What query classes did, gate by gate: a file to which each run of the gate adds one line."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from b2bench import __version__
from b2bench.errors import BadInput
from b2bench.findings import Finding, Severity
from reports.comparison import StepComparison
from reports.gate import Verdict
from reports.ground import Ground

HISTORY_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectWork:
    """What one statement did with one case of arguments.

    Args:
        wal_bytes: not told where pages were logged whole, as they are after a checkpoint.
        execution_ms: how long it took, where that was measured.
    """

    query: str
    blocks: int
    tuples: int
    temp_blocks: int
    wal_bytes: int | None
    execution_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRun:
    """One run of the gate.

    Args:
        commit: that was judged; empty where nobody knows.
        subjects: by what they are called, e.g. `find_sku (typical)`.
    """

    at: datetime
    commit: str
    ground: Ground
    exit_code: int
    subjects: Mapping[str, SubjectWork]
    b2bench: str
    history_version: int = HISTORY_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The runs of a file in the order of their time, and what could not be read."""

    runs: tuple[GateRun, ...]
    findings: tuple[Finding, ...] = field(default=())


def append_history(
    path: Path,
    verdict: Verdict,
    commit: str,
    at: datetime,
    execution_ms: Mapping[str, float] | None = None,
) -> None:
    """Add a verdict's work to a file as one line, which is there as a whole or not at all.

    Args:
        path: of the file; it is made if it is not there.
        verdict: with the work of every statement that was compared.
        commit: that was judged; empty where nobody knows.
        at: when the gate looked.
        execution_ms: by subject, where it was measured.

    Raises:
        BadInput: the file cannot be written.
    """
    line = msgspec.json.encode(_run(verdict, commit, at, execution_ms or {})) + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, line)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}: choose another place"
        ) from error


def _run(verdict: Verdict, commit: str, at: datetime, execution_ms: Mapping[str, float]) -> GateRun:
    return GateRun(
        at=at,
        commit=commit,
        ground=verdict.ground,
        exit_code=int(verdict.exit_code),
        subjects={
            step.subject: _work(compared.query, step, execution_ms.get(step.subject))
            for compared in verdict.comparisons.classes
            for step in compared.steps
        },
        b2bench=__version__,
    )


def _work(query: str, step: StepComparison, execution_ms: float | None) -> SubjectWork:
    work = step.candidate
    return SubjectWork(
        query=query,
        blocks=work.shared_blocks,
        tuples=work.tuples,
        temp_blocks=work.temp_blocks,
        wal_bytes=None if work.wal_full_pages else work.wal_bytes,
        execution_ms=execution_ms,
    )


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        # after a line that was cut off, ours begins on one of its own
        before = b"" if _ends_a_line(descriptor) else b"\n"
        # one write, so that two gates at once do not mix their lines
        written = os.write(descriptor, before + line)
        if written < len(before) + len(line):
            raise OSError(0, "only a part of the line found room")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ends_a_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


class _Version(msgspec.Struct):
    history_version: int = 0


def read_history(path: Path) -> History:
    """Read a file that `append_history` wrote; a damaged line is said and left out.

    Raises:
        BadInput: it cannot be read, or has no run in it.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror}: `b2bench gate --history {path}` writes it"
        ) from error
    runs, findings = list[GateRun](), list[Finding]()
    for number, line in enumerate(lines, start=1):
        for found in _read(line, f"{path.name}, line {number}"):
            match found:
                case GateRun():
                    runs.append(found)
                case Finding():
                    findings.append(found)
    if not runs:
        raise BadInput(f"{path} has no run in it: `b2bench gate --history {path}` adds one")
    return History(runs=tuple(sorted(runs, key=lambda run: run.at)), findings=tuple(findings))


def _read(line: bytes, place: str) -> Iterator[GateRun | Finding]:
    if not line.strip():
        return
    try:
        version = msgspec.json.decode(line, type=_Version).history_version
        if version == HISTORY_VERSION:
            yield msgspec.json.decode(line, type=GateRun)
        else:
            yield _left_out(place, f"is of version {version}, this b2bench reads {HISTORY_VERSION}")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        yield _left_out(place, "is damaged")


def _left_out(place: str, why: str) -> Finding:
    return Finding(
        code="history-line-left-out",
        severity=Severity.WARNING,
        subject=place,
        message=f"{why}, so this run is left out",
    )
