"""Keeps a load's books: counts what comes in, writes how it looks, writes what came of it."""

from collections.abc import Iterable
from pathlib import Path

from b2bench.queries import QueryClass
from b2bench.records import write_record
from b2bench.runs import (
    HISTOGRAM_FILE,
    LIVE_FILE,
    RESULT_FILE,
    LoadResult,
    Phase,
    RunPlan,
)
from loadgen.driver.books import Books
from loadgen.driver.harvest import Harvest
from loadgen.driver.histogram_log import write_histograms
from loadgen.driver.ledger import Ledger
from loadgen.driver.live import snapshot
from loadgen.driver.result import load_result
from loadgen.driver.window import Window


class Keeper:
    """The ledger of a load, and the files in its folder."""

    def __init__(self, plan: RunPlan, queries: Iterable[QueryClass], folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._ledger = Ledger(plan, queries)

    def absorb(self, harvest: Harvest, process: str = "") -> None:
        """Count what a process saw since its last harvest."""
        self._ledger.absorb(harvest, process)

    def write_live(self, phase: Phase, window: Window) -> None:
        """Write how the load looks now."""
        self._ledger.close(window.measured_s)
        write_record(self._folder / LIVE_FILE, snapshot(self._books(phase, window)))

    def write_end(self, phase: Phase, window: Window) -> LoadResult:
        """Write what came of the load, load.json last: who sees it sees all.

        Raises:
            RunFailed: a request was lost from the books.
        """
        books = self._books(phase, window)
        write_record(self._folder / LIVE_FILE, snapshot(books))
        begin_s = books.began_unix_s + books.plan.warmup_s
        write_histograms(
            self._folder / HISTOGRAM_FILE,
            self._ledger.histograms(),
            start_unix_s=books.began_unix_s,
            begin_unix_s=begin_s,
            end_unix_s=begin_s + books.measured_s,
        )
        result = load_result(books)
        write_record(self._folder / RESULT_FILE, result)
        return result

    def _books(self, phase: Phase, window: Window) -> Books:
        return Books(
            plan=self._plan,
            ledger=self._ledger,
            phase=phase,
            began_unix_s=window.begin_unix_s,
            elapsed_s=window.elapsed_s,
            measured_s=window.measured_s,
        )
