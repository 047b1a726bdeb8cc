"""Write down what an exporter shows, every few seconds, for somebody who looks later."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from b2bench.runs import MetricsRecording
from exporters.exporter import Exporter

_OPENMETRICS = "application/openmetrics-text; version=1.0.0"
_COMPRESSION = 6
_END = "# EOF"


class Recorder:
    """Appends to a file, in a thread of its own.

    Each scrape is a gzip member of its own, so that a file which was not finished can be read up
    to its last whole scrape.

    Args:
        exporter: has been started.
        file: OpenMetrics with a time behind each sample, without `# EOF` between the scrapes.
        every_s: from the beginning of a scrape to that of the next one.
    """

    def __init__(self, exporter: Exporter, file: Path, *, every_s: float) -> None:
        self._exporter = exporter
        self._file = file
        self._every_s = every_s
        self._over = threading.Event()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._record, name="record metrics", daemon=True)
        self._scrapes = 0
        self._problem = ""

    def start(self) -> None:
        """Take the first scrape, and go on."""
        self._thread.start()

    def stop(self) -> None:
        """Take the last scrape when it is due, so that all are equally far apart, and end."""
        self._over.set()
        self._thread.join()

    def abandon(self) -> None:
        """End without a last scrape."""
        self._abandoned.set()
        self._thread.join()

    def account(self) -> MetricsRecording:
        """Return what came of it."""
        return MetricsRecording(
            scrapes=self._scrapes,
            every_s=self._every_s,
            server_s=self._exporter.waited_s,
            problem=self._problem,
        )

    def _record(self) -> None:
        due_s = time.monotonic()
        try:
            while not self._abandoned.wait(due_s - time.monotonic()):
                is_last = self._over.is_set()
                self._scrape()
                if is_last:
                    return
                # a scrape that took too long makes the next one late, and not two at once
                due_s = max(due_s + self._every_s, time.monotonic())
        except OSError as error:
            self._problem = f"{self._file} cannot be written: {error.strerror}"

    def _scrape(self) -> None:
        at_s, begin_s = time.time(), time.perf_counter()
        text, _ = self._exporter.render(_OPENMETRICS)
        took_s = time.perf_counter() - begin_s
        timed = list(_timed(text.decode(), at_s))
        samples = sum(not line.startswith("#") for line in timed)
        lines = [*timed, *_of_the_scrape(at_s, took_s, samples)]
        member = gzip.compress("".join(f"{line}\n" for line in lines).encode(), _COMPRESSION)
        with self._file.open("ab") as file:
            file.write(member)
        self._scrapes += 1


def _timed(text: str, at_s: float) -> Iterator[str]:
    """Yield the lines of a scrape, with the time behind each sample."""
    for line in text.splitlines():
        if line.startswith("#"):
            yield from () if line == _END else (line,)
        elif line:
            yield f"{line} {at_s:.3f}"


def _of_the_scrape(at_s: float, took_s: float, samples: int) -> Iterator[str]:
    """Yield what Prometheus says itself of each scrape, and panels ask for."""
    said = {
        "up": 1,
        "scrape_duration_seconds": took_s,
        "scrape_samples_scraped": samples,
        "scrape_samples_post_metric_relabeling": samples,
    }
    for name, value in said.items():
        yield f"# TYPE {name} gauge"
        yield f"{name} {value} {at_s:.3f}"


@contextmanager
def recording(exporter: Exporter, file: Path, *, every_s: float) -> Iterator[Recorder]:
    """Start an exporter and record it as long as the block lasts; then close it."""
    with exporter:
        recorder = Recorder(exporter, file, every_s=every_s)
        recorder.start()
        try:
            yield recorder
            recorder.stop()
        finally:
            recorder.abandon()
