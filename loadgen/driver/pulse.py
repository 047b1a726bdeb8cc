"""How busy the client itself is: its processor, and how late its event loop wakes a sleeper."""

import time
from collections.abc import MutableSequence

from loadgen.driver.clock import Alarm, now_ns

_EVERY_NS = 10_000_000
_NS_PER_US = 1_000


class Pulse:
    """Sleeps over and over for ten milliseconds, and notes how late it was woken.

    A greenlet that keeps the processor makes every other one late: the requests, too.

    Args:
        lag_us: where each delay is appended.
    """

    def __init__(self, lag_us: MutableSequence[int]) -> None:
        self._lag_us = lag_us
        self._goes_on = True

    def beat(self) -> None:
        """Go on until stopped."""
        alarm = Alarm()
        while self._goes_on:
            due_ns = now_ns() + _EVERY_NS
            alarm.sleep_until(due_ns)
            self._lag_us.append((now_ns() - due_ns) // _NS_PER_US)
        alarm.close()

    def stop(self) -> None:
        """End with the next beat."""
        self._goes_on = False


class Processor:
    """CPU seconds of this process, as a share of one processor between two looks."""

    def __init__(self) -> None:
        self._used_s, self._at_s = time.process_time(), time.perf_counter()

    def share(self) -> float:
        """Return the share since the last look."""
        used_s, at_s = time.process_time(), time.perf_counter()
        gone_s = at_s - self._at_s
        share = (used_s - self._used_s) / gone_s if gone_s else 0.0
        self._used_s, self._at_s = used_s, at_s
        return share
