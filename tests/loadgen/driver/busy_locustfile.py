"""A scenario that computes where it should only ask."""

from scenarios import locustfile  # isort: split

import time

import gevent

from scenarios import users

# importing it is what puts the load in the place of Locust's own
__all__ = ["Busy", "locustfile"]

_BUSY_S = 0.08


class Busy(users.Visitor):
    """Keeps the processor for a while, several times a second."""

    def run(self) -> None:
        """Compute beside the usual work."""
        greenlet = gevent.spawn(_compute)
        super().run()
        greenlet.kill()


def _compute() -> None:
    while True:
        gevent.sleep(0.1)
        end_s = time.perf_counter() + _BUSY_S
        while time.perf_counter() < end_s:
            pass
