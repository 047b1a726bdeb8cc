"""Run the scripts with pgbench, and read from its logs what each request took."""

import math
import os
import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.errors import RunFailed
from b2bench.runs import Latency
from b2bench.target import Target
from loadgen.driver.histogram import Histogram, Microseconds
from loadgen.driver.twin.scripts import PAUSE, Process

_US_PER_S = 1_000_000
_NS_PER_US = 1_000
_PATIENCE_S = 30.0
_TERMINATING_S = 2.0
_SKIPPED, _FAILED = "skipped", "failed"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class PgbenchQuery:
    """What pgbench saw of one query class.

    Args:
        completed: in the measurement.
        all_completed: from start to end, warm-up included, as the server counts.
        response: of the measurement, without each session's first, which prepares.
    """

    name: str
    completed: int
    failed: int
    skipped: int
    retries: int
    all_completed: int
    all_failed: int
    all_retries: int
    response: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class PgbenchResult:
    """What pgbench left, all its processes together; warm-up excluded where nothing is said.

    Args:
        measured_s: up to a second longer than planned: pgbench counts whole ones.
        client_cpu_s: processor time from the end of the warm-up to the end of the processes.
        cpu_requests: requests that ended in that time.
    """

    measured_s: float
    client_cpu_s: float
    cpu_requests: int
    response: Latency
    queries: tuple[PgbenchQuery, ...]

    @property
    def completed(self) -> int:
        """Requests that were answered."""
        return sum(query.completed for query in self.queries)

    @property
    def failed(self) -> int:
        """Requests that were given up, restarts included."""
        return sum(query.failed for query in self.queries)

    @property
    def skipped(self) -> int:
        """Requests of the open model that nobody began, for they were too late."""
        return sum(query.skipped for query in self.queries)


def run_pgbench(
    pgbench: Path,
    target: Target,
    processes: Sequence[Process],
    *,
    scripts: Path,
    folder: Path,
    warmup_s: float,
    duration_s: float,
) -> PgbenchResult:
    """Run all processes at once, for as long as warm-up and measurement take.

    Args:
        pgbench: the program, of PostgreSQL 15 or newer.
        target: the database under load.
        processes: from `write_scripts`.
        scripts: the folder that was written there.
        folder: logs and what pgbench says are written there.
        warmup_s: not measured.
        duration_s: measured.

    Raises:
        RunFailed: pgbench could not begin, or gave a session up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before_s = _children_cpu_s()
    seconds = math.ceil(warmup_s + duration_s)
    logs_at = folder.resolve()
    commands = {
        process.scenario: [
            *process.command(str(pgbench), seconds=seconds),
            *("--log", f"--log-prefix={logs_at / process.scenario}"),
        ]
        for process in processes
    }
    with _started(commands, target, scripts, folder) as running:
        time.sleep(warmup_s)
        warm_us = time.time_ns() // _NS_PER_US
        warmup_cpu_s = sum(_cpu_s(each.pid) for each in running)
        for each in running:
            _wait(each, seconds + _PATIENCE_S)
    used_s = _children_cpu_s() - before_s - warmup_cpu_s
    for process, ran in zip(processes, running, strict=True):
        _require_success(process, ran.returncode, folder)
    logs = [_read_log(process, folder) for process in processes]
    return _result(logs, warmup_s, seconds - warmup_s, client_cpu_s=used_s, warm_us=warm_us)


@contextmanager
def _started(
    commands: Mapping[str, list[str]], target: Target, scripts: Path, folder: Path
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Start the processes; whatever happens, they are gone afterwards."""
    conninfo, secrets = connection(target)
    running = list["subprocess.Popen[bytes]"]()
    try:
        for scenario, command in commands.items():
            with _said(folder, scenario).open("wb") as out:
                running.append(
                    subprocess.Popen(
                        [*command, conninfo],
                        cwd=scripts,
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=subprocess.STDOUT,
                        env=os.environ | secrets,
                    )
                )
        yield running
    finally:
        for each in running:
            _end(each)


def _said(folder: Path, scenario: str) -> Path:
    """Return the file of what a scenario's pgbench says."""
    return folder / f"{scenario}.out"


def connection(target: Target) -> tuple[str, dict[str, str]]:
    """Return a target's connection string, and its password as a variable: `ps` shows no secret."""
    named = target.with_setting("role", target.role) if target.role else target
    parts = {name: str(value) for name, value in conninfo_to_dict(named.conninfo).items()}
    password = parts.pop("password", None)
    return make_conninfo(**parts), {"PGPASSWORD": password} if password else {}


def _wait(process: "subprocess.Popen[bytes]", timeout_s: float) -> None:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        raise RunFailed(f"pgbench did not end within {timeout_s:.0f} s") from None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_TERMINATING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu_s(pid: int) -> float:
    """Return the processor time of a running process, 0 for one that has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _require_success(process: Process, exit_code: int, folder: Path) -> None:
    out = _said(folder, process.scenario)
    said = [line for line in out.read_text(errors="replace").splitlines() if line.strip()]
    wrong = [line for line in said if "error:" in line or "aborted" in line or "fatal:" in line]
    if exit_code or wrong:
        words = (wrong[:1] or said[-1:] or ["it said nothing"])[0].removeprefix("pgbench: ")
        raise RunFailed(f"pgbench could not run {process.scenario}: {words} (see {out})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entries:
    """A process's log in columns; times in microseconds.

    Args:
        query: the place of each entry's query class in `names`.
        response_us: -1 where the request failed, -2 where it was skipped.
        end_us: since the epoch.
        first: whether it was its session's first request, which prepares everything.
    """

    names: tuple[str, ...]
    query: Microseconds
    response_us: Microseconds
    end_us: Microseconds
    retries: Microseconds
    first: np.ndarray[tuple[int], np.dtype[np.bool_]]


_NO_RESPONSE = {_FAILED: -1, _SKIPPED: -2}


def _read_log(process: Process, folder: Path) -> _Entries:
    names = tuple(dict.fromkeys(each.query for each in process.scripts if each.query != PAUSE))
    place = {name: number for number, name in enumerate(names)}
    queries = [place.get(each.query, -1) for each in process.scripts]
    rows, seen = list[tuple[int, int, int, int, bool]](), set[str]()
    for path in folder.glob(f"{process.scenario}.[0-9]*"):
        for line in path.read_text().splitlines():
            client, _, took, script, end_s, end_us, *rest = line.split()
            query = queries[int(script)]
            if query < 0:
                continue
            first = client not in seen
            if took not in _NO_RESPONSE:
                seen.add(client)
            response_us = _NO_RESPONSE[took] if took in _NO_RESPONSE else round(float(took))
            end = int(end_s) * _US_PER_S + int(end_us)
            # the column is there if there can be anything in it
            retries = int(rest[-1]) if process.tries > 1 else 0
            rows.append((query, response_us, end, retries, first))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return _Entries(
        names=names,
        query=columns[0],
        response_us=columns[1],
        end_us=columns[2],
        retries=columns[3],
        first=columns[4] == 1,
    )


def _result(
    logs: Sequence[_Entries],
    warmup_s: float,
    duration_s: float,
    *,
    client_cpu_s: float,
    warm_us: int,
) -> PgbenchResult:
    begin_us = max(
        (
            int((log.end_us - np.maximum(log.response_us, 0)).min())
            for log in logs
            if log.end_us.size
        ),
        default=0,
    )
    measure_us = begin_us + round(warmup_s * _US_PER_S)
    window = (measure_us, measure_us + round(duration_s * _US_PER_S))
    total, seen = Histogram(), dict[str, list[_Seen]]()
    for log in logs:
        for number, name in enumerate(log.names):
            seen.setdefault(name, []).append(_seen(log, number, window))
    for parts in seen.values():
        for part in parts:
            total.add(part.response)
    return PgbenchResult(
        measured_s=duration_s,
        client_cpu_s=client_cpu_s,
        cpu_requests=sum(
            int(((log.end_us >= warm_us) & (log.response_us >= 0)).sum()) for log in logs
        ),
        response=total.summary(),
        queries=tuple(_query(name, parts) for name, parts in seen.items()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A query class in one process; counts of the measurement, and of everything."""

    response: Histogram
    counts: Mapping[str, int]


def _seen(log: _Entries, number: int, window: tuple[int, int]) -> _Seen:
    mine = log.query == number
    response_us, retries = log.response_us[mine], log.retries[mine]
    started_us = log.end_us[mine] - np.maximum(response_us, 0)
    measured = (started_us >= window[0]) & (started_us < window[1])
    completed = response_us >= 0
    response = Histogram()
    response.record(response_us[measured & completed & ~log.first[mine]])
    counts = {
        "completed": int((measured & completed).sum()),
        "failed": int((measured & (response_us == _NO_RESPONSE[_FAILED])).sum()),
        "skipped": int((measured & (response_us == _NO_RESPONSE[_SKIPPED])).sum()),
        "retries": int(retries[measured].sum()),
        "all_completed": int(completed.sum()),
        "all_failed": int((response_us == _NO_RESPONSE[_FAILED]).sum()),
        "all_retries": int(retries.sum()),
    }
    return _Seen(response=response, counts=counts)


def _query(name: str, parts: Sequence[_Seen]) -> PgbenchQuery:
    response = Histogram()
    for part in parts:
        response.add(part.response)
    counts = {kind: sum(part.counts[kind] for part in parts) for kind in parts[0].counts}
    return PgbenchQuery(name=name, response=response.summary(), **counts)
