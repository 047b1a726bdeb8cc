"""A thread that asks the server ten times a second through a session of its own."""

import threading
import time
from collections.abc import Callable

import psycopg

from b2bench.errors import B2benchError
from exporters.session import Session

EVERY_S = 0.1
_AGAIN_AFTER_S = 1.0


class Sampling:
    """Calls `sample(connection, seconds since the sample before)` until it is stopped."""

    def __init__(
        self, session: Session, sample: Callable[[psycopg.Connection, float], None]
    ) -> None:
        self.session = session
        self.is_up = False
        self._sample = sample
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampling", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and its session."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.session.close()

    def _run(self) -> None:
        last_s = time.monotonic()
        pause_s = 0.0
        while not self._stop.wait(pause_s):
            begin_s = time.monotonic()
            self.is_up = self._took(begin_s - last_s)
            last_s = begin_s
            spent_s = time.monotonic() - begin_s
            pause_s = max(0.0, EVERY_S - spent_s) if self.is_up else _AGAIN_AFTER_S

    def _took(self, elapsed_s: float) -> bool:
        try:
            with self.session.connection() as connection:
                self._sample(connection, elapsed_s)
        except (B2benchError, psycopg.Error):
            return False
        return True
