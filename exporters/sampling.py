"""A thread that asks the server ten times a second through a session of its own."""

import threading
import time
from collections.abc import Callable
from functools import partial

import psycopg

from exporters.complaints import Complaints
from exporters.session import Session

EVERY_S = 0.1
_AGAIN_AFTER_S = 1.0
# longer than every timeout: who has had no sample since is not sampling
_STALE_AFTER_S = 4.0


class Sampling:
    """Calls `sample(connection, seconds since the sample before)` until it is stopped."""

    def __init__(
        self,
        session: Session,
        sample: Callable[[psycopg.Connection, float], None],
        complaints: Complaints | None = None,
    ) -> None:
        self.session = session
        self._sample = sample
        self._complaints = complaints or Complaints()
        self._sampled_at_s = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampling", daemon=True)

    @property
    def is_up(self) -> bool:
        """Whether the last sample succeeded, and not long ago."""
        return time.monotonic() - self._sampled_at_s < _STALE_AFTER_S

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and its session; a server that hangs is not waited for."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_STALE_AFTER_S)
        if not self._thread.is_alive():
            self.session.close()

    def _run(self) -> None:
        last_s = time.monotonic()
        pause_s = 0.0
        while not self._stop.wait(pause_s):
            begin_s = time.monotonic()
            took = self._took(begin_s - last_s)
            last_s = begin_s
            spent_s = time.monotonic() - begin_s
            pause_s = max(0.0, EVERY_S - spent_s) if took else _AGAIN_AFTER_S

    def _took(self, elapsed_s: float) -> bool:
        took = self._complaints.attempt("sampling", partial(self._take, elapsed_s)) or False
        self._sampled_at_s = time.monotonic() if took else float("-inf")
        return took

    def _take(self, elapsed_s: float) -> bool:
        with self.session.connection() as connection:
            self._sample(connection, elapsed_s)
        return True
