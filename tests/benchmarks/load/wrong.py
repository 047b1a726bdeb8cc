"""Loads with which something is wrong: a busy client, a server that is killed, deadlocks."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.figures.notation import number
from b2bench.progress import silent
from b2bench.runs import LoadResult, ScenarioShare
from loadgen.driver.supervise import run_load
from reports.verdicts import RUN_INVALID, judge_run
from tests.benchmarks.laboratory import Laboratory, Line
from tests.loadgen.driver.lab import BUSY, ENVIRONMENT, SCHEMA, phase_of, plan_for, until
from tests.postgres import new_database, new_open_folder
from tests.scenarios.last_units import sell_out

_DOWN_S = 2.0


def busy_figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield what is said of a run one of whose scenarios computes."""
    with new_database(laboratory.server) as lab, TemporaryDirectory(prefix="b2bench-") as folder:
        with connect(lab) as connection:
            connection.execute(SCHEMA)
        share = ScenarioShare(scenario="Busy", weight=1, think_s=0.05)
        plan = replace(plan_for(lab, "read_item", users=1, duration_s=5), scenarios=(share,))
        folder_path = Path(folder)
        result = run_load(lab, plan, folder_path, silent, environment=ENVIRONMENT, locustfile=BUSY)
    said = [found.message for found in judge_run(result) if found.code == RUN_INVALID]
    yield Line(
        what="a busy loop of 80 ms in a scenario",
        measured=said[0] if said else "nothing is said",
        wanted="INVALID",
        met=bool(said),
    )


def crash_figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield the accounts of a run whose server is killed with SIGKILL and started again."""
    del laboratory  # a server of its own is killed
    with new_open_folder() as folder:
        server = EmbeddedServer(folder / ".b2bench")
        try:
            with connect(server.start()) as connection:
                connection.execute("CREATE DATABASE lab")
            with connect(server.target("lab")) as connection:
                connection.execute(SCHEMA)
            result = _load_with_crash(server, "lab", folder)
        finally:
            server.destroy()
    yield _accounts("the server killed with -9, away for 2 s", result)
    kinds = sorted({f"{fault.sqlstate} {fault.meaning}" for fault in result.faults})
    yield Line(what="failures by kind", measured=f"{result.failed}: {', '.join(kinds)}")
    yield Line(
        what="sessions opened anew",
        measured=number(result.reconnects),
        wanted="all ten",
        met=result.reconnects >= 10,
    )


def _load_with_crash(server: EmbeddedServer, database: str, folder: Path) -> LoadResult:
    lab, run = server.target(database), folder / "run"
    run.mkdir()

    def crash() -> None:
        until(lambda: phase_of(run) == "measuring" or None)
        time.sleep(3)
        pid = server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        time.sleep(_DOWN_S)
        server.start()

    thread = threading.Thread(target=crash)
    thread.start()
    plan = plan_for(lab, "read_item", "move_item", users=10, rate=500, duration_s=12, grace_s=15)
    result = run_load(lab, plan, run, silent, environment=ENVIRONMENT)
    thread.join()
    return result


def _accounts(what: str, result: LoadResult) -> Line:
    ended = result.completed + result.failed + result.skipped + result.unfinished
    return Line(
        what=what,
        measured=f"{number(result.offered)} offered = {number(result.completed)} completed + "
        f"{number(result.failed)} failed + {number(result.skipped)} skipped + "
        f"{number(result.unfinished)} unfinished",
        wanted="balances, and goes on afterwards",
        met=result.offered == ended and result.seconds[-1].completed > 0,
    )


def last_units_figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield what came of the last units of two shelves that fifty writers want."""
    shop, _ = laboratory.filled("tiny")
    with (
        new_database(laboratory.server, template=shop.database) as copy,
        TemporaryDirectory(prefix="b2bench-") as folder,
    ):
        sale = sell_out(copy, Path(folder), duration_s=10)
    for place, shelf in enumerate(sale.shelves, start=1):
        yield Line(
            what=f"shelf {place}, fifty writers",
            measured=f"{shelf.reserved} of {shelf.quantity} promised, {shelf.events} audit events"
            f" of {shelf.promised} pieces",
            wanted="never oversold, and the audit adds up",
            met=shelf.adds_up,
        )
    yield Line(
        what="deadlocks, each retried",
        measured=f"{sale.deadlocks}, {sale.result.failed} gave up after 20 attempts",
        wanted="counted",
        met=sale.deadlocks > 0,
    )
