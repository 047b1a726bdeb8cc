"""How busy the client itself is: its processor, and how late its event loop wakes a sleeper."""

import time
from collections.abc import MutableSequence

from loadgen.driver.clock import Alarm, now_ns

_EVERY_NS = 10_000_000
_NS_PER_US = 1_000


class Pulse:
    """Wants to be woken every ten milliseconds, and notes how late each time was.

    A greenlet that keeps the processor makes every other one late: the requests, too.

    Args:
        lag_us: where each delay is appended.
    """

    def __init__(self, lag_us: MutableSequence[int]) -> None:
        self._lag_us = lag_us
        self._goes_on = True

    def beat(self) -> None:
        """Go on until stopped."""
        alarm, due_ns = Alarm(), now_ns()
        while self._goes_on:
            due_ns += _EVERY_NS
            alarm.sleep_until(due_ns)
            # whoever kept the processor for a second has made a hundred beats late, not one
            while due_ns + _EVERY_NS <= now_ns():
                self._note(due_ns)
                due_ns += _EVERY_NS
            self._note(due_ns)
        alarm.close()

    def _note(self, due_ns: int) -> None:
        self._lag_us.append((now_ns() - due_ns) // _NS_PER_US)

    def stop(self) -> None:
        """End with the next beat."""
        self._goes_on = False


class Processor:
    """CPU seconds of this process between two looks."""

    def __init__(self) -> None:
        self._used_s, self._at_s = time.process_time(), time.perf_counter()

    def used(self) -> tuple[float, float]:
        """Return CPU seconds and seconds since the last look."""
        used_s, at_s = time.process_time(), time.perf_counter()
        spent = used_s - self._used_s, at_s - self._at_s
        self._used_s, self._at_s = used_s, at_s
        return spent
